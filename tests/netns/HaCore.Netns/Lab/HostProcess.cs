using System.Diagnostics;

namespace HaCore.Netns.Lab;

/// <summary>One process of the sample host in a namespace; its output goes to a file that stays readable whatever happens to the process.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="inNamespace">Where it runs.</param>
    /// <param name="program">The program and its arguments.</param>
    /// <param name="logFile">Appended to.</param>
    public HostProcess(string inNamespace, IReadOnlyList<string> program, string logFile)
    {
        // "exec" all the way: the id of this process is the id of the host.
        string[] arguments = ["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", logFile, "ip", "netns", "exec", inNamespace, .. program];
        StartedAt = LabClock.Now;
        _process = Commands.Start(new ProcessStartInfo("/bin/sh", arguments));
    }

    public TimeSpan StartedAt { get; }

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Only of one that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Dies at once, without a word (kill -9).</summary>
    public void Kill()
    {
        Native.Signal(_process.Id, Native.SignalKill);
        _process.WaitForExit();
    }

    /// <summary>Asked to stop in order.</summary>
    public void Terminate() => Native.Signal(_process.Id, Native.SignalTerminate);

    public void Freeze() => Native.Signal(_process.Id, Native.SignalStop);

    public void Resume() => Native.Signal(_process.Id, Native.SignalContinue);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
