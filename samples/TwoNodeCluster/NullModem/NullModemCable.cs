using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace TwoNodeCluster.NullModem;

/// <summary>
/// A null-modem cable between two serial ports of this computer (Linux): two pseudo-terminals, each under a path that stays the same, and a thread that carries bytes
/// from one to the other as two UARTs at that baud rate would. It can be cut, blocked, disturbed and unplugged. Its ends are 0 and 1. The controls may be called from
/// any thread and have taken effect when they return.
/// </summary>
internal sealed class NullModemCable : IDisposable
{
    // A port that no host has open cannot be waited for, it hangs up for ever: it is looked at this often. What it misses meanwhile is lost, as at any closed port.
    private const long LookAgainNanoseconds = 10_000_000;
    private const long LongestWaitNanoseconds = 1_000_000_000; // poll wants some bound; whatever happens wakes it

    private readonly string[] _paths;
    private readonly PseudoTerminal?[] _terminals = new PseudoTerminal?[2];
    private readonly bool[] _isOpen = new bool[2]; // a host has the port of this end open
    private readonly Line[] _lines;                // by the end that sends
    private readonly byte[] _buffer = new byte[Line.TransmitBytesMax + 1];
    private readonly ConcurrentQueue<Action> _orders = [];
    private readonly SafeFileHandle _wake;
    private readonly Thread _thread;
    private volatile bool _disposed;

    /// <param name="name">Names the two paths: "name-0" and "name-1".</param>
    /// <param name="directory">Where the two paths are made; exists.</param>
    /// <param name="baudRate">Bits per second, 300 or more; a byte is ten bits (8N1). What the hosts set on their ports is not looked at.</param>
    /// <param name="tap">Looks on; null for nobody.</param>
    /// <exception cref="IOException">No pseudo-terminals, or the paths cannot be made.</exception>
    /// <exception cref="PlatformNotSupportedException">Not on Linux.</exception>
    public NullModemCable(string name, string directory, int baudRate, LineTap? tap = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("the null-modem cable is made of Linux' pseudo-terminals");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(baudRate, 300);
        Name = name;
        BaudRate = baudRate;
        _paths = [Path.Combine(directory, name + "-0"), Path.Combine(directory, name + "-1")];
        _lines = [new(0, baudRate, tap), new(1, baudRate, tap)];
        _wake = Posix.CreateEvent(0, Posix.EventNonBlocking | Posix.EventCloseOnExec);
        try
        {
            Plug(0);
            Plug(1);
        }
        catch
        {
            DisposeEnds();
            throw;
        }

        // A thread of its own: the pool of a busy computer would add its delays to every byte.
        _thread = new Thread(Carry) { IsBackground = true, Name = $"null-modem {name}" };
        _thread.Start();
    }

    public string Name { get; }

    public int BaudRate { get; }

    /// <summary>The serial port of this end: a link to the pseudo-terminal that is plugged in now, none while it is unplugged.</summary>
    public string PortOf(int end) => _paths[end];

    /// <summary>Cuts the wires in both directions: bytes vanish, nobody is told.</summary>
    public void Cut() => Do(_ => _lines[0].IsCut = _lines[1].IsCut = true);

    /// <summary>Cuts the wire on which this end sends.</summary>
    public void CutFrom(int end) => Do(_ => _lines[end].IsCut = true);

    public void Repair() => Do(_ => _lines[0].IsCut = _lines[1].IsCut = false);

    /// <summary>Keeps this end from sending, as the other side's flow control would: what its host writes waits in the port.</summary>
    public void Block(int end) => Do(_lines[end].Block);

    /// <summary>Lets this end send again.</summary>
    public void Open(int end) => Do(_lines[end].Open);

    /// <summary>Spoils this share of the bytes in both directions, in an order that the seed gives; 0 ends it.</summary>
    public void SetNoise(double share, int seed) => Do(_ =>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        _lines[0].SetNoise(share, seed);
        _lines[1].SetNoise(share, seed + 1);
    });

    /// <summary>Takes the port of this end away, as a serial adapter that is pulled out of the computer: its path is gone, and the host that has it open sees it hang up.</summary>
    public void Unplug(int end) => Do(_ =>
    {
        File.Delete(_paths[end]);
        _terminals[end]?.Dispose();
        _terminals[end] = null;
        SetOpen(end, isOpen: false);
        _lines[end].Clear();
    });

    /// <summary>Gives this end a new port under the same path. Does nothing if it has one.</summary>
    public void Replug(int end) => Do(_ => Plug(end));

    /// <summary>What was carried from this end to the other.</summary>
    public LineCounters CountersFrom(int end)
    {
        LineCounters counters = default;
        Do(now => counters = _lines[end].Count(now));
        return counters;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Wake();
        _thread.Join();
        DisposeEnds();
    }

    private static long Now() => (long)TimeProvider.System.GetElapsedTime(0).TotalNanoseconds;

    private void DisposeEnds()
    {
        for (int end = 0; end < 2; end++)
        {
            _terminals[end]?.Dispose();
            File.Delete(_paths[end]);
        }

        _wake.Dispose();
    }

    private void Plug(int end)
    {
        if (_terminals[end] is not null)
        {
            return;
        }

        // Made beside and moved: a host that looks at the path meets no port or a working one.
        var terminal = new PseudoTerminal();
        string made = _paths[end] + ".new";
        File.CreateSymbolicLink(made, terminal.Path);
        File.Move(made, _paths[end], overwrite: true);
        _terminals[end] = terminal;
    }

    /// <summary>Has the cable's thread do it, which owns everything, and waits until it is done.</summary>
    private void Do(Action<long> order)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Enqueue(() =>
        {
            try
            {
                order(Now());
                done.SetResult();
            }
#pragma warning disable CA1031 // Whatever it was, it belongs to the caller.
            catch (Exception failed)
#pragma warning restore CA1031
            {
                done.SetException(failed);
            }
        });
        Wake();
        done.Task.GetAwaiter().GetResult();
    }

    private void Wake() => Posix.Write(_wake, BitConverter.GetBytes(1L), sizeof(long));

    private void Carry()
    {
        var entries = new Posix.PollEntry[3];
        while (!_disposed)
        {
            long now = Now();
            _lines[0].Deliver(now);
            _lines[1].Deliver(now);
            entries[0] = EntryOf(0);
            entries[1] = EntryOf(1);
            entries[2] = new((int)_wake.DangerousGetHandle(), Posix.PollIn, 0);
            if (Posix.Poll(entries, 3, Posix.WaitTime.FromNanoseconds(NextDue(now) - now), 0) < 0)
            {
                continue; // a signal woke it: nothing was looked at
            }

            Hear(0, entries[0].Seen);
            Hear(1, entries[1].Seen);
            if (entries[2].Seen != 0)
            {
                Obey();
            }

            LookAtClosed();
        }

        Obey(); // nobody waits for a thread that has ended
    }

    private Posix.PollEntry EntryOf(int end)
    {
        // Without room for more it stops reading, as a driver does, and still hears that the host takes back what it wrote.
        short wanted = (short)(Posix.PollPriority | (_lines[end].Room > 0 ? Posix.PollIn : 0));
        return new Posix.PollEntry(_isOpen[end] ? _terminals[end]!.Descriptor : -1, wanted, 0);
    }

    private long NextDue(long now)
    {
        bool allOpen = _isOpen[0] && _isOpen[1];
        long due = now + (allOpen ? LongestWaitNanoseconds : LookAgainNanoseconds);
        foreach (Line line in _lines)
        {
            due = Math.Min(due, line.NextDelivery ?? due);
        }

        return due;
    }

    private void Hear(int end, short seen)
    {
        if (seen == 0)
        {
            return;
        }

        PortRead read = PortRead.Nothing;
        Line line = _lines[end];
        if (line.Room > 0 || (seen & Posix.PollPriority) != 0)
        {
            read = _terminals[end]!.Read(_buffer.AsSpan(0, line.Room + 1), out ReadOnlySpan<byte> bytes);
            switch (read)
            {
                case PortRead.Bytes: line.Take(bytes, Now()); break;
                case PortRead.Flush: line.Flush(Now()); break;
                case PortRead.Nothing: break;
            }
        }

        // Closed when nothing is left to read of what its host wrote at last, or there is no room for it: then it is looked at now and then.
        if ((seen & Posix.PollHangUp) != 0 && read == PortRead.Nothing)
        {
            SetOpen(end, isOpen: false);
        }
    }

    private void LookAtClosed()
    {
        Span<Posix.PollEntry> entry = stackalloc Posix.PollEntry[1];
        for (int end = 0; end < 2; end++)
        {
            if (_isOpen[end] || _terminals[end] is not { } terminal)
            {
                continue;
            }

            entry[0] = new(terminal.Descriptor, Posix.PollIn, 0);
            if (Posix.Poll(entry, 1, default, 0) >= 0 && (entry[0].Seen & Posix.PollHangUp) == 0)
            {
                SetOpen(end, isOpen: true);
            }
            else
            {
                Hear(end, entry[0].Seen);
            }
        }
    }

    private void SetOpen(int end, bool isOpen)
    {
        _isOpen[end] = isOpen;
        _lines[1 - end].Receiver = isOpen ? _terminals[end] : null;
    }

    private void Obey()
    {
        Span<byte> count = stackalloc byte[sizeof(long)];
        Posix.Read(_wake, count, sizeof(long));
        while (_orders.TryDequeue(out Action? order))
        {
            order();
        }
    }
}
