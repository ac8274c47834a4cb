using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace TwoNodeCluster.Demo;

/// <summary>One node of the demo: this program, started a second time. It ends with its standard input, so it cannot outlive the conductor.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    public const string StopWord = "stop";

    /// <summary>Asks it to clear the mark that both nodes held the service at once, as an operator does who has looked at the data.</summary>
    public const string ClearWord = "clear";

    /// <summary>Begins a line of what the node decided and why.</summary>
    public const string NoticeMark = "@notice ";

    private readonly Process _process;
    private readonly Action<string, string>? _explain;
    private readonly TextWriter _log;
    private readonly Task _reading;
    private volatile NodeStatus? _status;

    public NodeProcess(string name, string settingsFile, string logFile, Action<string, string>? explain)
    {
        _explain = explain;
        Name = name;
        LogFile = logFile;
        _log = TextWriter.Synchronized(new StreamWriter(logFile, append: true, Encoding.UTF8) { AutoFlush = true });
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]); // started as "dotnet TwoNodeCluster.dll"
        }

        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // a killed process would leave its diagnostic socket in the temporary directory
        start.ArgumentList.Add(CommandLine.DemoNodeOption);
        start.ArgumentList.Add(settingsFile);
        // ICommandRunner runs a program to its end; these two live, are spoken to and are killed in the middle: that is the demo.
#pragma warning disable RS0030
        _process = Process.Start(start)!;
#pragma warning restore RS0030
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <summary>What it said last; null before it spoke.</summary>
    public NodeStatus? Status => _status;

    public bool HasExited => _process.HasExited;

    /// <summary>Only after it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>kill -9: it gets no chance to say anything.</summary>
    public void Kill()
    {
        _process.Kill();
        IsFrozen = false;
    }

    /// <summary>Frozen and not thawed yet.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Asks it to stop in order, as "systemctl stop" would.</summary>
    public void AskToStop() => Say(StopWord);

    /// <inheritdoc cref="ClearWord"/>
    public void AskToClear() => Say(ClearWord);

    private void Say(string word)
    {
        try
        {
            _process.StandardInput.WriteLine(word);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It is gone already: the step that waits for its exit code tells.
        }
    }

    /// <summary>Can a process be stopped and continued here?</summary>
    public static bool CanFreeze => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>SIGSTOP: nothing of it runs, everything of it stays; as a virtual machine that is paused.</summary>
    public void Freeze()
    {
        Signal(OperatingSystem.IsMacOS() ? 17 : 19);
        IsFrozen = true;
    }

    /// <summary>SIGCONT: it goes on as if nothing had happened.</summary>
    public void Thaw()
    {
        Signal(OperatingSystem.IsMacOS() ? 19 : 18);
        IsFrozen = false;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _reading.Wait(TimeSpan.FromSeconds(1));
        _process.Dispose();
        _log.Dispose();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            if (NodeStatus.Parse(line) is { } status)
            {
                _status = status;
            }
            else if (line.StartsWith(NoticeMark, StringComparison.Ordinal))
            {
                _explain?.Invoke(Name, line[NoticeMark.Length..]);
            }
            else
            {
                await _log.WriteLineAsync(line);
            }
        }
    }

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new DemoFailedException($"Signal {signal} could not be sent to {Name}: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
