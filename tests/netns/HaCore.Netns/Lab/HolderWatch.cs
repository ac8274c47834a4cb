using System.Buffers.Binary;
using System.Net;

namespace HaCore.Netns.Lab;

/// <summary>The cluster's address came to, or went from, a node's kernel.</summary>
internal readonly record struct HolderChange(TimeSpan At, Node Node, bool Holds);

/// <summary>Who holds the cluster's address, as the kernels of both nodes tell, and who ever did.</summary>
internal sealed class HolderWatch : IDisposable
{
    private const ushort NewAddress = 20;
    private const ushort DeleteAddress = 21;
    private const ushort LocalAttribute = 2;   // IFA_LOCAL
    private const int HeaderBytes = 16;
    private const int AddressHeaderBytes = 8;

    private readonly Observations _observations;
    private readonly byte[] _address;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ready = new();
    private readonly List<HolderChange> _changes = [];
    private readonly bool[] _holds = new bool[2];
    private volatile bool _ended;

    public HolderWatch(Observations observations, string fromNamespace, IPAddress address)
    {
        _observations = observations;
        _address = address.GetAddressBytes();
        _thread = new(() => Run(fromNamespace)) { IsBackground = true, Name = "holder watch" };
        _thread.Start();
        _ready.Wait();
    }

    public bool Holds(Node node) => _observations.Read(() => _holds[(int)node]);

    public IReadOnlyList<HolderChange> Changes => _observations.Read(() => _changes.ToArray());

    public TimeSpan? LastChange => _observations.Read(() => _changes.Count > 0 ? _changes[^1].At : (TimeSpan?)null);

    /// <summary>The moment of the first such change since then.</summary>
    public TimeSpan? First(Node node, bool holds, TimeSpan since)
    {
        foreach (var change in Changes)
        {
            if (change.Node == node && change.Holds == holds && change.At >= since)
            {
                return change.At;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _ready.Dispose();
    }

    private void Run(string fromNamespace)
    {
        try
        {
            Native.EnterNamespace(fromNamespace);
            using var events = new NetlinkEvents();
            _ready.Set();
            var buffer = new byte[32 * 1024];
            while (!_ended)
            {
                var read = events.Receive(buffer, out var namespaceId);
                var at = LabClock.Now;
                if (read > 0 && namespaceId is 0 or 1)
                {
                    Take(buffer.AsSpan(0, read), (Node)namespaceId, at);
                }
            }
        }
#pragma warning disable CA1031 // Whatever ends this thread must end the case with its reason.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _observations.Fail(fault);
            _ready.Set();
        }
    }

    private void Take(ReadOnlySpan<byte> messages, Node node, TimeSpan at)
    {
        while (messages.Length >= HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            if (length < HeaderBytes || length > messages.Length)
            {
                return;
            }

            var type = BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]);
            if (type is NewAddress or DeleteAddress && IsTheAddress(messages[..length]))
            {
                Set(node, type == NewAddress, at);
            }

            messages = messages[Math.Min(messages.Length, (length + 3) & ~3)..];
        }
    }

    private bool IsTheAddress(ReadOnlySpan<byte> message)
    {
        var attributes = message[(HeaderBytes + AddressHeaderBytes)..];
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < 4 || length > attributes.Length)
            {
                return false;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) == LocalAttribute && attributes[4..length].SequenceEqual(_address))
            {
                return true;
            }

            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return false;
    }

    private void Set(Node node, bool holds, TimeSpan at) => _observations.Report(() =>
    {
        if (_holds[(int)node] != holds)
        {
            _holds[(int)node] = holds;
            _changes.Add(new(at, node, holds));
        }
    });
}
