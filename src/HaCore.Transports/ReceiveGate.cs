using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Transports;

/// <summary>
/// Where a link's receive thread waits: until the socket or the serial port has something, another thread wakes it, or a time is over. On Linux poll(2)
/// over the descriptor and an eventfd; elsewhere short polls of the socket alone.
/// </summary>
internal sealed partial class ReceiveGate : IDisposable
{
    private const int PortableSliceMilliseconds = 50;   // laptops: how late a wake-up may be noticed
    private const int CloseOnExec = 0x80000;            // EFD_CLOEXEC, so that commands do not inherit it
    private const int NonBlocking = 0x800;              // EFD_NONBLOCK
    private const short PollIn = 1;
    private const int Interrupted = 4;                  // EINTR

    /// <summary>For <see cref="WaitLinux"/>: until there is something, or a wake-up.</summary>
    public const int Unlimited = -1;

    private readonly SafeFileHandle? _event;
    private volatile bool _isWoken;
    private CancellationToken _watched;
    private CancellationTokenRegistration _registration;

    public ReceiveGate()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _event = NewEvent(0, CloseOnExec | NonBlocking);
        if (_event.IsInvalid)
        {
            throw new HeartbeatLinkException($"No eventfd for the link: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    /// <summary>Wakes the waits when this token is cancelled. Registers once per token, so that a receive in the steady state allocates nothing. On the receive thread.</summary>
    public void Watch(CancellationToken token)
    {
        if (token == _watched)
        {
            return;
        }

        _registration.Unregister();
        _watched = token;
        _registration = token.UnsafeRegister(static gate => ((ReceiveGate)gate!).Wake(), this);
    }

    /// <summary>Waits once. May return early: the caller looks at what else it waits for.</summary>
    /// <returns>Whether the socket has a datagram or an error to report.</returns>
    /// <exception cref="ObjectDisposedException">The socket or the gate was closed.</exception>
    public bool Wait(Socket socket, int milliseconds)
    {
        if (_event is null)
        {
            var wait = _isWoken ? 0 : Math.Min(milliseconds, PortableSliceMilliseconds);
            _isWoken = false;
            return socket.Poll(wait * 1000, SelectMode.SelectRead);
        }

        return Poll(socket.SafeHandle, _event, milliseconds);
    }

    /// <summary>Waits once for any descriptor. May return early, as <see cref="Wait"/>. Linux only.</summary>
    /// <returns>Whether there is something to read, an error to report or the end: what it is, reading tells.</returns>
    /// <exception cref="ObjectDisposedException">The descriptor or the gate was closed.</exception>
    public bool WaitLinux(SafeHandle descriptor, int milliseconds) => Poll(descriptor, _event!, milliseconds);

    /// <summary>Holds this thread up for a bounded time in which a device needs nobody. Linux only.</summary>
    public static unsafe void Pause(int milliseconds) => _ = Poll(null, 0, milliseconds);

    /// <summary>Ends the present or the next wait. Any thread, any time, also after disposal.</summary>
    public void Wake()
    {
        _isWoken = true;
        if (_event is null)
        {
            return;
        }

        try
        {
            ulong one = 1;
            _ = Write(_event, ref one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // A token cancelled while the link was being closed.
        }
    }

    public void Dispose()
    {
        _registration.Unregister();
        _event?.Dispose();
    }

    private static unsafe bool Poll(SafeHandle descriptor, SafeFileHandle wake, int milliseconds)
    {
        var holdsDescriptor = false;
        var holdsEvent = false;
        try
        {
            // Counted references: the descriptors cannot be closed and reused by someone else under the poll.
            descriptor.DangerousAddRef(ref holdsDescriptor);
            wake.DangerousAddRef(ref holdsEvent);
            var entries = stackalloc PollEntry[2];
            entries[0] = new PollEntry { Descriptor = (int)descriptor.DangerousGetHandle(), Events = PollIn };
            entries[1] = new PollEntry { Descriptor = (int)wake.DangerousGetHandle(), Events = PollIn };
            var ready = Poll(entries, 2, milliseconds);
            if (ready < 0 && Marshal.GetLastPInvokeError() is not Interrupted and var error)
            {
                throw new HeartbeatLinkException($"poll(2) failed: {new Win32Exception(error).Message}");
            }

            if (ready > 0 && entries[1].Returned != 0)
            {
                _ = Read(wake, out _, sizeof(ulong));
            }

            return ready > 0 && entries[0].Returned != 0;
        }
        finally
        {
            if (holdsEvent)
            {
                wake.DangerousRelease();
            }

            if (holdsDescriptor)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial SafeFileHandle NewEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, ref ulong value, nuint bytes);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle handle, out ulong value, nuint bytes);
}
