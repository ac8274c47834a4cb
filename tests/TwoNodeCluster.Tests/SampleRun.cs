using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace TwoNodeCluster.Tests;

/// <summary>One run of the built sample, as a user starts it.</summary>
internal sealed partial record SampleRun(int ExitCode, string Output, string Error)
{
    private const int SigInt = 2;

    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Kills it and its children.</param>
    /// <param name="temporary">Its directory for temporary files; null for the system's.</param>
    /// <param name="interruptAt">The first line that contains this is answered with Ctrl-C.</param>
    public static async Task<SampleRun> RunAsync(
        IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? temporary = null, string? interruptAt = null)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "TwoNodeCluster.exe" : "TwoNodeCluster");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // The runtime's own diagnostic socket is no business of the sample: without it the directory must stay empty.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (temporary is not null)
        {
            start.Environment["TMPDIR"] = temporary;
        }

        // The program under test is a process; the command runner belongs to what is tested.
#pragma warning disable RS0030
        using Process process = Process.Start(start)!;
#pragma warning restore RS0030
        try
        {
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await ReadOutputAsync(process, interruptAt, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new SampleRun(process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task<string> ReadOutputAsync(Process process, string? interruptAt, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            output.AppendLine(line);
            if (interruptAt is not null && line.Contains(interruptAt, StringComparison.Ordinal))
            {
                interruptAt = null;
                Assert.Equal(0, Kill(process.Id, SigInt));
            }
        }

        return output.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
