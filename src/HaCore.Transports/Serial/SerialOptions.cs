using HaCore.Transports;

namespace HaCore;

/// <summary>Whether the two ends of a serial line hold each other up with wires of their own.</summary>
public enum SerialHandshake
{
    /// <summary>Three wires suffice (TxD, RxD, ground): a node sends whether or not the other listens, which is what a heartbeat wants. The default.</summary>
    None = 0,

    /// <summary>
    /// RTS/CTS: the kernel stops sending while the other end takes its RTS down. For a modem, a converter or a radio in between whose buffer would overflow;
    /// wants a cable with seven wires. A peer that takes RTS down and dies blocks the line, which is reported and costs no more than its frames.
    /// </summary>
    RtsCts,
}

/// <summary>
/// A heartbeat link over a serial line: 8 data bits, no parity, 1 stop bit. Checked when the host starts; a change needs a restart. XON/XOFF is not offered:
/// frames are binary, and its control characters would be in them. See docs/operating/links.md for cables and adapters.
/// </summary>
public sealed class SerialOptions : ILinePace
{
    /// <summary>The speed of a null-modem cable of any quality and length within a room: 19200 baud.</summary>
    public const int DefaultBaudRate = 19_200;

    /// <summary>
    /// Full path of the port, for example <c>/dev/ttyS0</c>, or for a USB adapter <c>/dev/serial/by-path/...</c>, which stays the same whatever else is
    /// plugged in; on Windows <c>COM1</c>. May be a symbolic link, looked up at each opening. Required.
    /// </summary>
    public string? Device { get; set; }

    /// <summary>
    /// Speed of the line in baud, the same on both nodes: 9600, 19200, 38400, 57600, 115200, 230400 or 460800. Default 19200. It decides how many frames the
    /// line carries: see <see cref="LineTime"/>.
    /// </summary>
    public int BaudRate { get; set; } = DefaultBaudRate;

    /// <summary>Hardware flow control, the same on both nodes. Default <see cref="SerialHandshake.None"/>.</summary>
    public SerialHandshake Handshake { get; set; }

    /// <inheritdoc/>
    string ILinePace.Line => $"{BaudRate} baud";

    /// <summary>
    /// How long one frame occupies the line: its bytes, those of the framing at worst (7 up to a frame of 250 bytes), ten bits each, at <see cref="BaudRate"/>.
    /// Zero while <see cref="BaudRate"/> is none that could be.
    /// </summary>
    /// <param name="frameBytes">Length of the frame in bytes, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="frameBytes"/> is negative.</exception>
    public TimeSpan LineTime(int frameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frameBytes);
        // The validator refuses such a speed; who asks before must get its message and not a division by zero.
        return BaudRate <= 0 ? TimeSpan.Zero : TimeSpan.FromTicks(SerialFrame.WireBytesMax(frameBytes) * SerialFrame.BitsPerByte * TimeSpan.TicksPerSecond / BaudRate);
    }
}
