namespace HaCore;

/// <summary>
/// Implemented by the options of a transport whose line is slow enough that its load counts, such as a serial line. From it the engine derives the pace of the link: frames
/// follow each other at no less than twice the time that one occupies the line, so the line is at most half loaded and what is sent is never queued.
/// A line that leaves fewer than four frames within the dead time is refused at start: alone it would not keep the nodes in session.
/// </summary>
public interface ILinePace
{
    /// <summary>How long one frame occupies the line, with everything that the transport adds to it. Zero or more; grows with the frame.</summary>
    /// <param name="frameBytes">Length of the frame in bytes; the largest frame of the cluster when the pace is derived.</param>
    TimeSpan LineTime(int frameBytes);

    /// <summary>The line in words for the message that refuses it, such as "19200 baud".</summary>
    string Line { get; }
}
