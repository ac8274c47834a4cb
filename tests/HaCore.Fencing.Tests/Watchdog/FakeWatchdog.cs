using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Fencing.Tests.Watchdog;

/// <summary>
/// The kernel's side of a watchdog, as drivers/watchdog/watchdog_dev.c behaves: one opener, opening starts it, a write or KEEPALIVE puts it off, the magic character
/// counts only if it was written last, closing without it stops nothing unless the driver lacks magic close, nowayout never stops. Also the
/// files that a reset uses, and reboot(2), which only takes note.
/// </summary>
internal sealed class FakeWatchdog(FakeTimeProvider time) : IWatchdogKernel
{
    public const string Device = "/dev/watchdog";
    private readonly Lock _gate = new();   // the second try of a reset comes from another thread
    private bool _isOpen;
    private bool _mayStop;
    private bool _runs;
    private DateTimeOffset _last;

    /// <summary>WDIOF bits of the driver.</summary>
    public uint Abilities { get; set; } = WatchdogCall.CanSetTimeout | WatchdogCall.MagicClose | WatchdogCall.CanKeepAlive;

    public uint BootStatus { get; set; }

    public bool NoWayOut { get; set; }

    public int SecondsMin { get; set; } = 1;

    public int SecondsMax { get; set; } = 65_535;

    /// <summary>The chip counts in steps of so many seconds.</summary>
    public int Granularity { get; set; } = 1;

    public int Seconds { get; set; } = 60;

    public bool AnswersGetTimeout { get; set; } = true;

    /// <summary>The character device is there and is a watchdog.</summary>
    public bool IsWatchdog { get; set; } = true;

    public int OpenError { get; set; }

    public bool HasTrigger { get; set; } = true;

    /// <summary>What every write and ioctl of the device gives once it is set.</summary>
    public int Error { get; set; }

    public int KeepAlives { get; private set; }

    public List<byte> Written { get; } = [];

    /// <summary>What was written to the trigger of sysrq.</summary>
    public string Triggered { get; private set; } = "";

    public string KernelLog { get; private set; } = "";

    public TaskCompletionSource<uint> Rebooted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Is it counting?</summary>
    public bool Runs => _runs;

    public bool IsOpen => _isOpen;

    /// <summary>Has it reset the machine?</summary>
    public bool HasFired => _runs && time.GetUtcNow() - _last >= TimeSpan.FromSeconds(Seconds);

    public IWatchdogFile? Open(string path, out int error)
    {
        lock (_gate)
        {
            error = path switch
            {
                Device => OpenError != 0 ? OpenError : _isOpen ? WatchdogCall.Busy : 0,
                ResetSwitch.Trigger => HasTrigger ? 0 : WatchdogCall.ReadOnlyFileSystem,
                ResetSwitch.KernelLog => 0,
                _ => WatchdogCall.NoSuchFile,
            };
            if (error != 0)
            {
                return null;
            }

            if (path == Device)
            {
                (_isOpen, _mayStop, _runs, _last) = (true, false, IsWatchdog, time.GetUtcNow());
            }

            return new OpenFile(this, path);
        }
    }

    public string? ReadAttribute(string device, string attribute) => (device, attribute) switch
    {
        (Device, "nowayout") => NoWayOut ? "1" : "0",
        (Device, "min_timeout") => $"{SecondsMin}",
        (Device, "max_timeout") => $"{SecondsMax}",
        _ => null,
    };

    public int Reboot(uint command)
    {
        Rebooted.TrySetResult(command);
        return 0;
    }

    private int Control(uint request, Span<byte> argument)
    {
        if (Error != 0 || !IsWatchdog)
        {
            return Error != 0 ? Error : WatchdogCall.NoSuchControl;
        }

        // The numbers of x86-64, as a C compiler prints them: not those of the code under test.
        switch (request)
        {
            case 0x80285700:
                MemoryMarshal.Write(argument, Abilities);
                Encoding.ASCII.GetBytes("Fake chip").CopyTo(argument[8..]);
                return 0;
            case 0x80045702:
                MemoryMarshal.Write(argument, BootStatus);
                return 0;
            case 0x80045705 when (Abilities & WatchdogCall.CanKeepAlive) != 0:
                KeepAlives++;
                _last = time.GetUtcNow();
                return 0;
            case 0xC0045706 when (Abilities & WatchdogCall.CanSetTimeout) != 0:
                return SetTimeout(argument);
            case 0x80045707 when AnswersGetTimeout:
                MemoryMarshal.Write(argument, Seconds);
                return 0;
            default:
                return WatchdogCall.NoSuchControl;
        }
    }

    private int SetTimeout(Span<byte> argument)
    {
        var wanted = MemoryMarshal.Read<int>(argument);
        if (wanted < SecondsMin || wanted > SecondsMax)
        {
            return WatchdogCall.Invalid;
        }

        Seconds = (wanted + Granularity - 1) / Granularity * Granularity;
        _last = time.GetUtcNow();   // setting is a keep-alive, too
        MemoryMarshal.Write(argument, Seconds);
        return 0;
    }

    private int Write(string path, ReadOnlySpan<byte> bytes)
    {
        switch (path)
        {
            case ResetSwitch.Trigger:
                Triggered += Encoding.ASCII.GetString(bytes);
                return 0;
            case ResetSwitch.KernelLog:
                KernelLog += Encoding.UTF8.GetString(bytes);
                return 0;
            default:
                Written.AddRange(bytes);
                if (Error == 0)
                {
                    KeepAlives++;
                    (_mayStop, _last) = (bytes.Contains((byte)'V'), time.GetUtcNow());
                }

                return Error;
        }
    }

    private void Close(string path)
    {
        if (path != Device || !_isOpen)
        {
            return;
        }

        _isOpen = false;
        _runs = _runs && (NoWayOut || ((Abilities & WatchdogCall.MagicClose) != 0 && !_mayStop));
    }

    private sealed class OpenFile(FakeWatchdog owner, string path) : IWatchdogFile
    {
        public int Control(uint request, Span<byte> argument) => owner.Control(request, argument);

        public int Write(ReadOnlySpan<byte> bytes) => owner.Write(path, bytes);

        public void Dispose() => owner.Close(path);
    }
}
