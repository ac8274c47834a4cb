using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace HaCore.Bench.Footprint;

/// <summary>A running sample host and what the kernel says about it.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const string FirstHeartbeat = "joined, incarnation";   // NodeOnline: a cluster without groups is in at its first step, which sends its first frame
    private static readonly double TicksPerSecond = SystemConfiguration(2);   // _SC_CLK_TCK

    private readonly Process _process;
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<TimeSpan> _started = new();

    private HostProcess(string program, string configuration)
    {
        _process = new Process { StartInfo = new ProcessStartInfo(program, ["--config", configuration]) { RedirectStandardOutput = true } };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(FirstHeartbeat, StringComparison.Ordinal) == true)
            {
                _started.TrySetResult(Stopwatch.GetElapsedTime(_began));
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
    }

    public static HostProcess Start(string program, string configuration) => new(program, configuration);

    public Task<TimeSpan> StartedAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);

    public ProcessFigures Read()
    {
        var folder = $"/proc/{_process.Id}/";
        // proc(5): after the name in brackets come state, ..., utime and stime as fields 14 and 15 of the line.
        var stat = File.ReadAllText(folder + "stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var cpu = (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        return new ProcessFigures(
            TimeSpan.FromSeconds(cpu),
            Number(folder + "status", "VmRSS:"),
            Number(folder + "smaps_rollup", "Pss:"),
            (int)Number(folder + "status", "Threads:"),
            Directory.EnumerateDirectories(folder + "task").Sum(task => Number(task + "/status", "voluntary_ctxt_switches:")));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited && Kill(_process.Id, SigTerm) == 0)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private static long Number(string file, string name) =>
        long.Parse(File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split(' ', '\t').First(word => word.Length > 0), CultureInfo.InvariantCulture);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial long SystemConfiguration(int name);
}

/// <param name="Cpu">User and system time so far.</param>
/// <param name="ResidentKib">Resident set.</param>
/// <param name="ProportionalKib">Resident set, shared pages divided by those who share them.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Switches">Times that a thread went to sleep.</param>
internal sealed record ProcessFigures(TimeSpan Cpu, long ResidentKib, long ProportionalKib, int Threads, long Switches);
