using System.Diagnostics;

namespace HaCore.Transports.Tests;

/// <summary>Another program that has a port, for as long as this is not disposed.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Process _process;

    private Shell(Process process) => _process = process;

    /// <summary>Runs a program that runs "cat", and returns when that runs.</summary>
    public static Shell RunOrSkip(string program, string arguments)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not installed");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec {program} {arguments.Replace("cat", "sh -c \"echo ready; exec cat\"", StringComparison.Ordinal)}");
        // The command runner waits for the end of what it starts; this is to be met while it runs.
#pragma warning disable RS0030
        var shell = new Shell(Process.Start(start)!);
#pragma warning restore RS0030
        Assert.Equal("ready", shell._process.StandardOutput.ReadLine());
        return shell;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.StandardOutput.ReadToEnd();    // until the last one that had it is gone
        _process.WaitForExit();
        _process.Dispose();
    }
}
