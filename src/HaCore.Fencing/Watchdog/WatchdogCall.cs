using System.Runtime.InteropServices;

namespace HaCore.Fencing;

/// <summary>The numbers of linux/watchdog.h and the error numbers that an operator meets.</summary>
internal static class WatchdogCall
{
    public const int InfoBytes = 40;               // struct watchdog_info: options, firmware version (32 bits each), identity
    public const int InfoIdentityAt = 8;
    public const int NumberBytes = 4;

    // Bits of options and of the boot status.
    public const uint CardReset = 0x20;            // WDIOF_CARDRESET: the last boot was the watchdog's work
    public const uint CanSetTimeout = 0x80;        // WDIOF_SETTIMEOUT
    public const uint MagicClose = 0x100;          // WDIOF_MAGICCLOSE: closing without the magic character does not stop it
    public const uint CanKeepAlive = 0x8000;       // WDIOF_KEEPALIVEPING

    public const byte MagicCharacter = (byte)'V';

    public const int NotPermitted = 1;             // EPERM
    public const int NoSuchFile = 2;               // ENOENT
    public const int Interrupted = 4;              // EINTR
    public const int NoSuchAddress = 6;            // ENXIO
    public const int AccessDenied = 13;            // EACCES
    public const int Busy = 16;                    // EBUSY
    public const int NoSuchDevice = 19;            // ENODEV
    public const int Invalid = 22;                 // EINVAL
    public const int NoSuchControl = 25;           // ENOTTY
    public const int ReadOnlyFileSystem = 30;      // EROFS

    // reboot(2), linux/reboot.h.
    public const uint RebootRestart = 0x01234567;
    public const uint RebootPowerOff = 0x4321FEDC;

    private const uint Type = 'W';                 // WATCHDOG_IOCTL_BASE
    private const int TypeShift = 8;
    private const int SizeShift = 16;

    public static uint GetSupport { get; } = Encode(Direction.Read, 0, InfoBytes);

    public static uint GetBootStatus { get; } = Encode(Direction.Read, 2, NumberBytes);

    public static uint KeepAlive { get; } = Encode(Direction.Read, 5, NumberBytes);

    /// <summary>Seconds in, the real number of seconds out.</summary>
    public static uint SetTimeout { get; } = Encode(Direction.ReadWrite, 6, NumberBytes);

    public static uint GetTimeout { get; } = Encode(Direction.Read, 7, NumberBytes);

    private enum Direction
    {
        Read,
        ReadWrite,
    }

    /// <summary>_IOR and _IOWR. PowerPC has the direction in three bits (asm/ioctl.h there), every other machine that .NET runs on in two (asm-generic/ioctl.h).</summary>
    private static uint Encode(Direction direction, uint number, uint bytes)
    {
        var isPower = RuntimeInformation.ProcessArchitecture == Architecture.Ppc64le;
        var bits = (direction, isPower) switch
        {
            (Direction.Read, false) => 2u << 30,
            (Direction.Read, true) => 2u << 29,
            (Direction.ReadWrite, false) => 3u << 30,
            (Direction.ReadWrite, true) => 6u << 29,
        };
        return bits | (bytes << SizeShift) | (Type << TypeShift) | number;
    }
}
