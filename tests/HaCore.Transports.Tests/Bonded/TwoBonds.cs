using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Transports.Tests;

/// <summary>Two nodes whose bonds have the same cables, on a clock that stands until it is moved. After each step everything that can happen has happened.</summary>
internal sealed class TwoBonds : IAsyncDisposable
{
    private readonly FakeTimeProvider _time;
    private readonly MemoryCable[] _cables;
    private byte _number;

    public TwoBonds(
        BondedOptions options, MemoryCable[] cables, FakeTimeProvider time, Func<IHeartbeatTransport, HeartbeatMember>? modem = null, ILoggerFactory? logs = null)
    {
        _time = time;
        _cables = cables;
        First = new BondNode(options, Members(cable => cable.First, modem), time, isFirst: true, logs);
        Second = new BondNode(options, Members(cable => cable.Second, modem), time, isFirst: false, logs);
        Until(() => cables.All(cable => IsOpenOrRefused(First, cable.First, cable.Name) && IsOpenOrRefused(Second, cable.Second, cable.Name)));
    }

    public BondNode First { get; }

    public BondNode Second { get; }

    /// <summary>All that were sent, one byte each.</summary>
    public byte[] Numbers => [.. Enumerable.Range(1, _number).Select(number => (byte)number)];

    /// <summary>Heartbeats of both nodes, one after the other.</summary>
    public void Run(int heartbeats)
    {
        for (var i = 0; i < heartbeats; i++)
        {
            Send();
            Advance(BondNode.Interval.TotalMilliseconds);
        }
    }

    public void Send()
    {
        _number++;
        First.Send(_number);
        Settle();
        Second.Send(_number);
        Settle();
    }

    public void Advance(double milliseconds)
    {
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Settle();
    }

    /// <summary>Waits until no thread has anything to do but wait for frames or time.</summary>
    public void Settle() => Until(() => IsSettled(First, cable => cable.First) && IsSettled(Second, cable => cable.Second));

    public void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Links.Patience), "it did not come to rest");

    public async ValueTask DisposeAsync()
    {
        foreach (var cable in _cables)
        {
            cable.First.IsBlocked = cable.Second.IsBlocked = false;
        }

        await First.DisposeAsync();
        await Second.DisposeAsync();
    }

    // The order matters: what was sent must be fetched, and what was fetched be taken.
    private bool IsSettled(BondNode node, Func<MemoryCable, MemoryMember> end) =>
        _cables.All(cable => (end(cable).IsBlocked || node.Link.IsSendingDone(new LinkId(cable.Name))) && end(cable).IsFetched)
        && node.Taken == _cables.Sum(cable => end(cable).Fetched);

    private static bool IsOpenOrRefused(BondNode node, MemoryMember member, string name) => (member.IsOpen && member.IsFetched) || node.State(name).Detail is not null;

    private HeartbeatMember[] Members(Func<MemoryCable, MemoryMember> end, Func<IHeartbeatTransport, HeartbeatMember>? modem) =>
        [.. _cables.Select(cable => cable.Name == "modem" && modem is not null ? modem(end(cable)) : BondNode.Member(cable.Name, end(cable)))];
}
