using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TwoNodeCluster.NullModem;

/// <summary>The system calls of a pseudo-terminal that .NET has no name for. Numbers are those of Linux on x86-64 and arm64.</summary>
internal static partial class Posix
{
    public const int ReadWrite = 2;                  // O_RDWR
    public const int NoControllingTerminal = 0x100;  // O_NOCTTY
    public const int NonBlocking = 0x800;            // O_NONBLOCK
    public const int CloseOnExec = 0x80000;          // O_CLOEXEC

    public const short PollIn = 1;                   // POLLIN
    public const short PollPriority = 2;             // POLLPRI
    public const short PollHangUp = 16;              // POLLHUP

    public const int SetNow = 0;                     // TCSANOW
    public const nuint PacketMode = 0x5420;          // TIOCPKT, ioctl_tty(2)
    public const byte PacketFlushWrite = 2;          // TIOCPKT_FLUSHWRITE

    public const int EventNonBlocking = 0x800;       // EFD_NONBLOCK
    public const int EventCloseOnExec = 0x80000;     // EFD_CLOEXEC

    /// <summary>The calling thread's last error in words.</summary>
    public static IOException Failed(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial SafeFileHandle OpenMaster(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    public static partial int Grant(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int Unlock(SafeFileHandle master);

    /// <returns>Zero, or the error.</returns>
    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    public static partial int NameOf(SafeFileHandle master, Span<byte> name, nuint length);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, nuint request, in int argument);

    /// <param name="terminal">Of the terminal.</param>
    /// <param name="settings">A struct termios, taken as bytes: nobody here looks into it.</param>
    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetSettings(SafeFileHandle terminal, Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetSettings(SafeFileHandle terminal, int when, ReadOnlySpan<byte> settings);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(Span<byte> settings);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial SafeFileHandle CreateEvent(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int Poll(Span<PollEntry> entries, nuint count, in WaitTime timeout, nint signals);

    /// <summary>struct pollfd. A negative descriptor is passed over.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public record struct PollEntry(int Descriptor, short Wanted, short Seen);

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct WaitTime(long Seconds, long Nanoseconds)
    {
        private const long Second = 1_000_000_000;

        /// <summary>Nothing below zero: what is late is due now.</summary>
        public static WaitTime FromNanoseconds(long nanoseconds) =>
            nanoseconds <= 0 ? default : new WaitTime(nanoseconds / Second, nanoseconds % Second);
    }
}
