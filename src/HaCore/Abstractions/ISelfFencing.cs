namespace HaCore;

/// <summary>
/// Resets <b>this</b> machine when the program that runs it has died or has lost its right to run (rule F of the ownership page): a hardware or
/// software watchdog, usually. The peer waits for the times that <see cref="Arm"/> returns and takes over without a fencing device.
/// </summary>
/// <remarks>One instance per cluster. Disposed with the host; disposing does not disarm.</remarks>
public interface ISelfFencing
{
    /// <summary>
    /// Arms it, before the first frame is sent and before anything is started. Called once. From now on the machine is reset when
    /// <see cref="KeepAlive"/> is not called for <see cref="SelfFencingTimes.Timeout"/>.
    /// </summary>
    /// <returns>The times as they really are, not as they were asked for: a watchdog driver may round.</returns>
    /// <exception cref="IOException">It cannot be armed; the start is refused with this message.</exception>
    SelfFencingTimes Arm();

    /// <summary>
    /// Puts the reset off by <see cref="SelfFencingTimes.Timeout"/>. Called every <see cref="SelfFencingTimes.KeepAliveInterval"/> by a thread of its own, only
    /// while the engine gives proof of life. Must not allocate, block or wait.
    /// </summary>
    void KeepAlive();

    /// <summary>
    /// Resets this machine at once, as abruptly as a power cut. Called from the engine's thread: must not wait for a disk or a lock. If the reset
    /// does not happen, <see cref="KeepAlive"/> is not called any more, so the timeout does it. Also called instead of <see cref="Arm"/>, when an earlier program of
    /// this boot has died owing the peer a reset.
    /// </summary>
    /// <param name="reason">For the kernel's log, if there is a way to write it that cannot block.</param>
    void Reset(string reason);

    /// <summary>Disarms it, after everything was stopped and the peer was told. Not called when the program ends in any other way.</summary>
    void Disarm();
}

/// <summary>How fast self-fencing works, as it really is.</summary>
/// <param name="Timeout">From the last keep-alive to the reset. Above zero.</param>
/// <param name="KeepAliveInterval">Between two keep-alives; at most half of the timeout.</param>
/// <param name="ResetLatency">From the reset to the moment when nothing that ran on this machine has any effect outside it.</param>
public readonly record struct SelfFencingTimes(TimeSpan Timeout, TimeSpan KeepAliveInterval, TimeSpan ResetLatency);
