using System.Diagnostics;

namespace TwoNodeCluster.Tests;

/// <summary>One run of the built sample, as a user starts it, in a temporary directory of its own.</summary>
internal sealed record SampleRun(int ExitCode, string Output, string Error)
{
    public static async Task<SampleRun> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? temporary = null)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "TwoNodeCluster.exe" : "TwoNodeCluster");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // The runtime's own diagnostic sockets would look like something that the sample left behind.
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
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new SampleRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
