using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace HaCore.Commands;

/// <summary>Kills a program with everything in its process group, and comes back when all of it is dead.</summary>
internal static partial class ProcessGroup
{
    private const int Terminate = 15;   // SIGTERM
    private const int Kill = 9;         // SIGKILL
    private const int Probe = 0;        // kill(2): only asks

    private static readonly TimeSpan s_lookInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// SIGTERM, then SIGKILL after the grace. Without a bound after that: a process that the kernel cannot kill (waiting for a dead disk) is still doing what it does,
    /// and whoever asked must not believe otherwise.
    /// </summary>
    public static async ValueTask KillAsync(Process process, TimeSpan grace, TimeProvider timeProvider)
    {
        if (!CommandLine.HasProcessGroup)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            return;
        }

        var group = process.Id;
        Signal(process, group, Terminate);
        var start = timeProvider.GetTimestamp();
        while (IsAlive(group, process) && timeProvider.GetElapsedTime(start) < grace)
        {
            await Task.Delay(s_lookInterval, timeProvider).ConfigureAwait(false);
        }

        while (IsAlive(group, process))
        {
            Signal(process, group, Kill);   // again each time: one may fork while it is being killed
            await Task.Delay(s_lookInterval, timeProvider).ConfigureAwait(false);
        }

        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
    }

    // Until setsid has run, the group does not exist yet: then the signal goes to the process. Not to one that has ended: its number may be another's.
    private static void Signal(Process process, int group, int signal)
    {
        if (SendSignal(-group, signal) != 0 && !process.HasExited)
        {
            _ = SendSignal(group, signal);
        }
    }

    private static bool IsAlive(int group, Process process) => !process.HasExited || (SendSignal(-group, Probe) == 0 && HasLivingMember(group));

    /// <summary>Zombies count as members for kill(2). In a container whose first process reaps nothing they stay for ever, but they do nothing any more.</summary>
    private static bool HasLivingMember(int group)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out _) && IsLivingMember(folder, group))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsLivingMember(string folder, int group)
    {
        try
        {
            // proc_pid_stat(5): pid (name) state ppid pgrp ...; the name may hold anything, also brackets.
            var text = File.ReadAllText($"{folder}/stat");
            var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 2 && fields[0] is not ("Z" or "X") && fields[2] == group.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;   // it has ended meanwhile
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int target, int signal);
}
