using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Transports;

/// <summary>
/// One open serial port of Linux: raw, 8N1, never blocking, ours alone. Speaks to the kernel by its own structure (termios2, ioctl_tty(2)), so the C library makes no
/// difference and the speed is a number instead of a code of the architecture.
/// </summary>
/// <remarks>
/// Closing leaves the settings as they are: a program that is killed or a port that is unplugged could not restore them, so nobody may rely on it, and whoever opens
/// the port next sets his own. It also leaves DTR and RTS up (no HUPCL): a node that stops does not block the peer's line with it.
/// <para>TIOCEXCL is not used. It does not keep root out, and it outlives a killed program for as long as anybody else has the terminal open (a console, the master of a
/// pseudo-terminal): the next start without root would then be refused by nobody. flock(2) ends with its holder.</para>
/// </remarks>
internal sealed unsafe partial class LinuxSerialPort : IDisposable
{
    private const int OpenFlags = 2 | 0x100 | 0x800 | 0x80000;      // O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, the same on x86-64 and arm64
    private const int LockExclusive = 2 | 4;                        // LOCK_EX | LOCK_NB
    private const int Unlock = 8;                                   // LOCK_UN
    private const uint GetSettings = 0x802C542A;                    // TCGETS2; this and the next: asm-generic/ioctls.h
    private const uint SetSettings = 0x402C542B;                    // TCSETS2: at once, does not wait for what a blocked line still holds
    private const uint Flush = 0x540B;                              // TCFLSH
    private const int FlushOutput = 1;                              // TCOFLUSH
    private const int FlushBoth = 2;                                // TCIOFLUSH
    private const uint OutputQueue = 0x5411;                        // TIOCOUTQ
    private const uint DeviceNumber = 0x80045432;                   // TIOCGDEV
    private const uint IgnoreBreak = 1;                             // IGNBRK, IGNPAR: an open wire reads as one long break of broken bytes; it wakes nobody
    private const uint IgnoreBroken = 4;
    private const uint CharacterSize = 0x30;                        // CSIZE, and CS8
    private const uint TwoStopBits = 0x40;                          // CSTOPB
    private const uint Receive = 0x80;                              // CREAD
    private const uint Parity = 0x100;                              // PARENB
    private const uint IgnoreModemLines = 0x800;                    // CLOCAL: a three-wire cable has none
    private const uint SpeedIsNumber = 0x1000;                      // BOTHER
    private const uint HardwareHandshake = 0x80000000;              // CRTSCTS
    private const int ReadAtLeastAt = 6;                            // VMIN: with 1, a read without bytes is EAGAIN, and 0 means hung up
    private const int SpeedTolerancePercent = 2;                    // both ends together may differ by about 5 % before the last bit of a byte is missed

    private readonly SafeFileHandle _handle;

    private LinuxSerialPort(SafeFileHandle handle) => _handle = handle;

    /// <summary>Whether this class knows the kernel's numbers here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>For waiting.</summary>
    public SafeHandle Handle => _handle;

    /// <summary>Opens the port for this program alone, sets it up and empties it.</summary>
    /// <exception cref="HeartbeatLinkException">Says what is missing or who has it.</exception>
    public static LinuxSerialPort Open(string device, int baudRate, SerialHandshake handshake)
    {
        var descriptor = Open(device, OpenFlags);
        if (descriptor < 0)
        {
            throw new HeartbeatLinkException(SerialDevice.OpenFailure(device, Marshal.GetLastPInvokeError()));
        }

        var port = new LinuxSerialPort(new SafeFileHandle(descriptor, ownsHandle: true));
        try
        {
            port.Claim(device);
            port.SetUp(device, baudRate, handshake);
            port.Control(Flush, FlushBoth);
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes read; 0 when the port hung up; the error number, negative.</returns>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            var read = (int)Read(_handle, start, (nuint)buffer.Length);
            return read >= 0 ? read : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Hands bytes to the kernel, as many as it takes now.</summary>
    /// <returns>Bytes taken; or the error number, negative.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var written = (int)Write(_handle, start, (nuint)bytes.Length);
            return written >= 0 ? written : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Bytes that the kernel still has to send. 0 where the driver does not tell, as pseudo-terminals.</summary>
    public int Unsent()
    {
        var bytes = 0;
        return Control(_handle, OutputQueue, (nint)(&bytes)) == 0 ? bytes : 0;
    }

    /// <summary>Throws away what the kernel has not sent yet. Drivers of USB adapters do not obey.</summary>
    public void DiscardUnsent() => Control(Flush, FlushOutput);

    public void Dispose()
    {
        if (!_handle.IsClosed)
        {
            // Closing alone is not enough: between fork and exec a command that this program starts has the descriptor too, and the lock would live until its exec.
            _ = Lock(_handle, Unlock);
            _handle.Dispose();
        }
    }

    private void Claim(string device)
    {
        if (Lock(_handle, LockExclusive) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new HeartbeatLinkException(error == SerialDevice.WouldBlock
                ? SerialDevice.InUse(device)
                : $"{device} cannot be locked: {SerialDevice.Describe(error)}");
        }

        uint number = 0;
        if (Control(_handle, DeviceNumber, (nint)(&number)) == 0 && SerialDevice.ProgramOnTerminal(number) is { } program)
        {
            throw new HeartbeatLinkException(
                $"{device} is the terminal of {program}, which would read the heartbeats and answer them; on a login prompt: systemctl disable --now serial-getty@{Path.GetFileName(device)}.service");
        }
    }

    private void SetUp(string device, int baudRate, SerialHandshake handshake)
    {
        Settings settings;
        if (Control(_handle, GetSettings, (nint)(&settings)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new HeartbeatLinkException(error == SerialDevice.InputOutput
                ? $"{device} has no hardware behind it: the kernel keeps the name for a port that this computer does not have; /proc/tty/driver/serial lists those it has"
                : $"{device} is not a serial port: {SerialDevice.Describe(error)}");
        }

        var mode = CharacterSize | Receive | IgnoreModemLines | (handshake == SerialHandshake.RtsCts ? HardwareHandshake : 0);
        settings.Input = IgnoreBreak | IgnoreBroken;
        settings.Output = 0;
        settings.Control = mode | SpeedIsNumber;
        settings.Local = 0;
        settings.Discipline = 0;    // N_TTY
        new Span<byte>(settings.Characters, Settings.CharactersCount).Clear();
        settings.Characters[ReadAtLeastAt] = 1;
        settings.InputSpeed = settings.OutputSpeed = (uint)baudRate;
        if (Control(_handle, SetSettings, (nint)(&settings)) != 0 || Control(_handle, GetSettings, (nint)(&settings)) != 0)
        {
            throw new HeartbeatLinkException($"{device} cannot be set up: {SerialDevice.Describe(Marshal.GetLastPInvokeError())}");
        }

        // The call succeeds if anything of it could be done (tcsetattr(3)): what became of it is read back.
        if (Math.Abs(settings.OutputSpeed - (long)baudRate) * 100 > (long)baudRate * SpeedTolerancePercent)
        {
            throw new HeartbeatLinkException($"{device} does not do {baudRate} baud, the nearest is {settings.OutputSpeed}: set BaudRate lower, on both nodes");
        }

        if ((settings.Control & (CharacterSize | TwoStopBits | Parity | HardwareHandshake)) != (mode & (CharacterSize | HardwareHandshake)))
        {
            throw new HeartbeatLinkException($"{device} does not do 8 data bits, no parity, 1 stop bit with Handshake {handshake}");
        }
    }

    private void Control(uint request, int argument) => _ = Control(_handle, request, argument);

    /// <summary>struct termios2 of asm-generic/termbits.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        public const int CharactersCount = 19;

        public uint Input;
        public uint Output;
        public uint Control;
        public uint Local;
        public byte Discipline;
        public fixed byte Characters[CharactersCount];
        public uint InputSpeed;
        public uint OutputSpeed;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle handle, int operation);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, byte* buffer, nuint bytes);
}
