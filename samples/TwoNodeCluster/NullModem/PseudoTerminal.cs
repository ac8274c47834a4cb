using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace TwoNodeCluster.NullModem;

/// <summary>What a read from the host's port brought.</summary>
internal enum PortRead
{
    /// <summary>Nothing at the moment, or the host has closed its port.</summary>
    Nothing = 0,

    /// <summary>Bytes that the host wrote.</summary>
    Bytes,

    /// <summary>The host took back what its port had not sent yet (tcflush(3) of its output).</summary>
    Flush,
}

/// <summary>
/// A port for a host: the slave of a pseudo-terminal pair, which a host opens like any serial port. This end of the pair, the master, hears what the host does with
/// it. Used by the cable's thread alone.
/// </summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int NameBytesMax = 64;         // "/dev/pts/" and a number
    private const int SettingsBytesMax = 128;    // struct termios has 60 in glibc

    private readonly SafeFileHandle _master;

    /// <exception cref="IOException">The system has no pseudo-terminal for us.</exception>
    public PseudoTerminal()
    {
        _master = Posix.OpenMaster(Posix.ReadWrite | Posix.NoControllingTerminal | Posix.NonBlocking | Posix.CloseOnExec);
        if (_master.IsInvalid)
        {
            throw Posix.Failed("no pseudo-terminal");
        }

        try
        {
            Path = Prepare();
        }
        catch
        {
            _master.Dispose();
            throw;
        }
    }

    /// <summary>What a host opens: /dev/pts/N.</summary>
    public string Path { get; }

    public int Descriptor => (int)_master.DangerousGetHandle();

    /// <summary>Reads what the host wrote, or learns what it did.</summary>
    /// <param name="buffer">One byte longer than the most that is wanted: packet mode puts a byte before the bytes of the host.</param>
    /// <param name="bytes">The bytes of the host, a part of <paramref name="buffer"/>.</param>
    public PortRead Read(Span<byte> buffer, out ReadOnlySpan<byte> bytes)
    {
        int length = (int)Posix.Read(_master, buffer, (nuint)buffer.Length);
        bytes = length > 1 ? buffer[1..length] : [];
        if (length <= 0)
        {
            return PortRead.Nothing; // EAGAIN, or EIO because no host has it open
        }

        // A packet is either news (one byte of flags) or a zero and the host's bytes: ioctl_tty(2), TIOCPKT.
        return (buffer[0] & Posix.PacketFlushWrite) != 0 ? PortRead.Flush : bytes.Length > 0 ? PortRead.Bytes : PortRead.Nothing;
    }

    /// <summary>Puts bytes before the host.</summary>
    /// <returns>How many there was room for: a host that does not read loses the rest, as with a chip that overruns.</returns>
    public int Write(ReadOnlySpan<byte> bytes) => Math.Max(0, (int)Posix.Write(_master, bytes, (nuint)bytes.Length));

    /// <summary>The host's next read finds the end of the file, its next write fails: the port is gone.</summary>
    public void Dispose() => _master.Dispose();

    private string Prepare()
    {
        Span<byte> name = stackalloc byte[NameBytesMax];
        if (Posix.Grant(_master) != 0 || Posix.Unlock(_master) != 0 || Posix.NameOf(_master, name, NameBytesMax) != 0)
        {
            throw Posix.Failed("a pseudo-terminal could not be unlocked");
        }

        if (Posix.Control(_master, Posix.PacketMode, 1) != 0)
        {
            throw Posix.Failed("packet mode");
        }

        string path = Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
        MakeRaw(path);
        return path;
    }

    /// <summary>
    /// A pseudo-terminal is born for people: it echoes and edits lines, which would send the peer's bytes back to it until a host has opened the port. The settings stay
    /// when this handle is closed. That it was open once also makes "no host has it open" visible at the master, as a hang-up.
    /// </summary>
    private static void MakeRaw(string path)
    {
        using SafeFileHandle port = Posix.Open(path, Posix.ReadWrite | Posix.NoControllingTerminal | Posix.NonBlocking | Posix.CloseOnExec);
        Span<byte> settings = stackalloc byte[SettingsBytesMax];
        if (port.IsInvalid || Posix.GetSettings(port, settings) != 0)
        {
            throw Posix.Failed(path);
        }

        Posix.MakeRaw(settings);
        if (Posix.SetSettings(port, Posix.SetNow, settings) != 0)
        {
            throw Posix.Failed(path);
        }
    }
}
