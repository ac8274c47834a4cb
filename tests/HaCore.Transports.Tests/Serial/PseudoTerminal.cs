using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Transports.Tests;

/// <summary>
/// A pair of pseudo-terminal ends: the link opens <see cref="Path"/>, the test holds the other end as the cable does. It stays readable while no link is open, because the
/// test keeps the link's end open, too. Disposing is pulling the plug.
/// </summary>
internal sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2 | 0x100 | 0x800 | 0x80000;      // O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
    private const uint Unlock = 0x40045431;         // TIOCSPTLCK
    private const uint Number = 0x80045430;         // TIOCGPTN
    private const uint PacketMode = 0x5420;         // TIOCPKT
    private const uint FlowControl = 0x540A;        // TCXONC
    private const uint GetSettings = 0x802C542A;    // TCGETS2
    private const byte FlushedWrite = 2;            // TIOCPKT_FLUSHWRITE
    private const short PollIn = 1;
    private const int Again = 11;                   // EAGAIN

    private readonly SafeFileHandle _cable;
    private readonly SafeFileHandle _end;
    private readonly byte[] _read = new byte[4097];
    private readonly byte[] _onLine = new byte[65_536];

    public PseudoTerminal()
    {
        _cable = Opened("/dev/ptmx");
        int zero = 0, one = 1, number = 0;
        Check(Control(_cable, Unlock, (nint)(&zero)));
        Check(Control(_cable, PacketMode, (nint)(&one)));
        Check(Control(_cable, Number, (nint)(&number)));
        Path = $"/dev/pts/{number}";
        _end = Opened(Path);
    }

    public string Path { get; }

    /// <summary>What a UART's transmit buffer would hold: all that was written and not thrown away since <see cref="Emit"/>.</summary>
    public ReadOnlySpan<byte> OnLine => _onLine.AsSpan(0, OnLineBytes);

    public int OnLineBytes { get; private set; }

    /// <summary>How often the link threw away what was not sent yet.</summary>
    public int Discards { get; private set; }

    /// <summary>Reads what the link writes, until so many bytes wait on the line and it has thrown some away so often.</summary>
    public void WaitForBytes(int bytes, int discards = 0)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (OnLineBytes < bytes || Discards < discards)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Links.Patience)
            {
                Assert.Fail($"{OnLineBytes} bytes on the line and {Discards} discards, not {bytes} and {discards}");
            }

            Pump(20);
        }
    }

    /// <summary>Reads what the link has written, waiting so long for it.</summary>
    public void Pump(int milliseconds)
    {
        var entry = new PollEntry { Descriptor = (int)_cable.DangerousGetHandle(), Events = PollIn };
        if (Poll(&entry, 1, milliseconds) <= 0)
        {
            return;
        }

        fixed (byte* buffer = _read)
        {
            var read = (int)Read(_cable, buffer, (nuint)_read.Length);
            if (read <= 0)
            {
                return;
            }

            if (_read[0] != 0)      // a status of packet mode (ioctl_tty(2)), else data behind it
            {
                Discards += (_read[0] & FlushedWrite) / FlushedWrite;
                OnLineBytes = (_read[0] & FlushedWrite) != 0 ? 0 : OnLineBytes;
                return;
            }

            _read.AsSpan(1, read - 1).CopyTo(_onLine.AsSpan(OnLineBytes));
            OnLineBytes += read - 1;
        }
    }

    /// <summary>Lets what waits on this line out at the other one.</summary>
    public void Emit(PseudoTerminal other)
    {
        other.Deliver(OnLine);
        OnLineBytes = 0;
    }

    /// <summary>Bytes come to the link.</summary>
    public void Deliver(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* start = bytes)
            {
                var written = (int)Write(_cable, start, (nuint)bytes.Length);
                if (written < 0 && Marshal.GetLastPInvokeError() != Again)
                {
                    throw new Win32Exception();
                }

                bytes = bytes[Math.Max(written, 0)..];
            }
        }
    }

    /// <summary>The driver takes no more bytes (tcflow(3), TCOOFF), or again.</summary>
    public void Block(bool isBlocked) => Check(Control(_end, FlowControl, isBlocked ? 0 : 1));

    /// <summary>The settings that the link made: control flags, speed.</summary>
    public (uint Flags, uint Speed) Settings()
    {
        var settings = stackalloc uint[11];     // struct termios2, 44 bytes
        Check(Control(_end, GetSettings, (nint)settings));
        return (settings[2], settings[10]);
    }

    public void Dispose()
    {
        _cable.Dispose();
        _end.Dispose();
    }

    private static SafeFileHandle Opened(string path)
    {
        var descriptor = Open(path, ReadWrite);
        Check(descriptor);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new Win32Exception();
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, byte* buffer, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, byte* buffer, nuint bytes);
}
