using System.Text;

namespace HaCore.Fencing;

/// <summary>
/// Brings the machine down at once: sysrq first, because the kernel acts on it within the call, without a process, a disk or a lock of user space; reboot(2) from
/// another thread if it is still up a moment later. Everything is opened and allocated beforehand: at the moment itself the disk with the C library may be gone.
/// </summary>
/// <remarks>
/// Nothing is written back to disk before: a sync can block for ever on the device that made the stop fail (Documentation/admin-guide/sysrq.rst
/// describes the keys). The trigger file obeys root whatever /proc/sys/kernel/sysrq says; that restricts the keyboard only.
/// </remarks>
internal sealed class ResetSwitch : IDisposable
{
    public const string Trigger = "/proc/sysrq-trigger";
    public const string KernelLog = "/dev/kmsg";
    private const int LineBytesMax = 256;

    // A sysrq that works has reset the machine long before; one that does not costs this much of a time that the watchdog bounds anyway.
    private static readonly TimeSpan SecondTry = TimeSpan.FromMilliseconds(250);

    private readonly IWatchdogKernel _kernel;
    private readonly IWatchdogFile? _trigger;
    private readonly IWatchdogFile? _log;
    private readonly byte[] _line = new byte[LineBytesMax];
    private readonly byte[] _key;
    private readonly uint _command;
    private readonly object _gate = new();   // between whoever resets and the thread of the second try
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _fired;
    private bool _closed;

    private ResetSwitch(IWatchdogKernel kernel, IWatchdogFile? trigger, IWatchdogFile? log, char key, uint command)
    {
        _kernel = kernel;
        _trigger = trigger;
        _log = log;
        _key = [(byte)key];
        _command = command;
    }

    /// <summary>Completes when the second try was made or is not wanted.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Prepares it.</summary>
    /// <param name="kernel">The system calls.</param>
    /// <param name="reset">What to do.</param>
    /// <param name="missing">What does not work here; null when all does.</param>
    /// <returns>Null when nothing but the watchdog is wanted.</returns>
    public static ResetSwitch? Prepare(IWatchdogKernel kernel, WatchdogReset reset, out string? missing)
    {
        missing = null;
        (char Key, uint Command)? choice = reset switch
        {
            WatchdogReset.Reboot => ('b', WatchdogCall.RebootRestart),
            WatchdogReset.PowerOff => ('o', WatchdogCall.RebootPowerOff),
            WatchdogReset.Crash => ('c', WatchdogCall.RebootRestart),
            WatchdogReset.WatchdogOnly => null,
        };
        if (choice is not { } chosen)
        {
            return null;
        }

        var trigger = kernel.Open(Trigger, out var error);
        if (trigger is null)
        {
            missing = $"{Trigger} cannot be opened ({WatchdogErrors.Describe(error)}): a node that must go at once is reset by its watchdog only, after its timeout";
        }

        var made = new ResetSwitch(kernel, trigger, kernel.Open(KernelLog, out _), chosen.Key, chosen.Command);
        new Thread(made.Run) { IsBackground = true, Name = "hacore reset" }.Start();
        return made;
    }

    /// <summary>Goes. Allocates nothing.</summary>
    public void Fire(string reason)
    {
        lock (_gate)
        {
            _fired = true;
            Monitor.Pulse(_gate);
        }

        // To the kernel's ring, from where a serial console or pstore may have it: the system log will not be written any more.
        Span<byte> line = _line;
        var length = 0;
        length += Encoding.UTF8.GetBytes("<0>hacore: this node resets itself: ", line);
        Encoding.UTF8.TryGetBytes(reason.AsSpan(0, Math.Min(reason.Length, (LineBytesMax - length) / 3)), line[length..], out var more);   // 3 bytes at most per character
        _ = _log?.Write(line[..(length + more)]);
        _ = _trigger?.Write(_key);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _trigger?.Dispose();
        _log?.Dispose();
    }

    private void Run()
    {
        TryAgain();
        _ended.SetResult();
    }

    private void TryAgain()
    {
        lock (_gate)
        {
            while (!_fired && !_closed)
            {
                Monitor.Wait(_gate);
            }

            if (!_fired)
            {
                return;
            }

            // Not ended by Dispose: whoever fired must go.
            _ = Monitor.Wait(_gate, SecondTry);
        }

        _ = _kernel.Reboot(_command);
    }
}
