using System.Security.Cryptography;
using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Tests.Hosting;

public sealed class LinkRunnerTests : IAsyncLifetime
{
    private const ulong ClusterHash = 0x1234_5678_9ABC_DEF0;
    private const int FrameBytesMax = 512;
    private readonly KeyRing _keys = new([new KeyRing.Key(1, RandomNumberGenerator.GetBytes(32))]);
    private readonly EngineClock _clock = new(TimeProvider.System);
    private readonly EventQueue _queue;
    private readonly NoticeWriter _notices;
    private readonly FakeLogger _logger = new();
    private readonly LoopbackCable _cable = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly LinkStatistics _statistics = new();
    private readonly LinkRunner _link;

    public LinkRunnerTests()
    {
        _queue = new EventQueue(_clock, links: 1, resources: 0);
        _notices = new NoticeWriter("test", _logger);
        _notices.Start();
        var environment = new LinkEnvironment
        {
            Clock = _clock,
            Queue = _queue,
            Notices = _notices,
            CreateCodec = () => new FrameCodec(_keys, ClusterHash, localIsFirst: true),
            FrameBytesMax = FrameBytesMax,
            HeartbeatInterval = TimeSpan.FromMilliseconds(200),
            PrepareThread = static () => { },
            Stopping = _stopping.Token,
            Identity = new OwnIdentity(5, 55),
        };
        var context = new HeartbeatLinkContext
        {
            Cluster = "test",
            Link = new LinkId("lan"),
            LocalNode = new NodeId("a"),
            Peer = new NodeId("b"),
            FrameBytesMax = FrameBytesMax,
            TimeProvider = TimeProvider.System,
            LoggerFactory = NullLoggerFactory.Instance,
        };
        _link = new LinkRunner(0, _cable.First, context, environment, _statistics);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _link.StopSending(flush: false);
        _link.StopReceiving();
        await _stopping.CancelAsync();
        await _link.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        _notices.Stop();
        await _notices.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        _stopping.Dispose();
    }

    [Fact]
    public void An_authentic_frame_of_the_peer_reaches_the_engine()
    {
        Open();
        _cable.First.Deliver(Encode(sequence: 7, peer: true));

        var frame = Assert.IsType<ClusterEvent.FrameReceived>(Take());
        Assert.Equal((0, 7ul), (frame.Link, frame.Frame.Sequence));
    }

    [Fact]
    public void A_frame_signed_with_another_key_is_counted_and_reported_and_never_reaches_the_engine()
    {
        Open();
        var forged = Encode(sequence: 7, peer: true);
        forged[^1] ^= 1;
        _cable.First.Deliver(forged);
        _cable.First.Deliver(Encode(sequence: 8, peer: true));

        Assert.IsType<ClusterEvent.UnverifiedFrame>(Take());
        Assert.Equal(8ul, Assert.IsType<ClusterEvent.FrameReceived>(Take()).Frame.Sequence);
        Assert.Equal(1, Interlocked.Read(ref _statistics.Rejected));
    }

    [Fact]
    public void Noise_and_oversized_frames_are_counted_only()
    {
        Open();
        _cable.First.Deliver([1, 2, 3]);
        _cable.First.Deliver(new byte[FrameBytesMax + 1]);
        _cable.First.Deliver(Encode(sequence: 9, peer: true));

        Assert.Equal(9ul, Assert.IsType<ClusterEvent.FrameReceived>(Take()).Frame.Sequence);
        Assert.Equal(2, Interlocked.Read(ref _statistics.Rejected));
    }

    [Fact]
    public void Our_own_broadcast_that_comes_back_is_ordinary()
    {
        Open();
        _cable.First.Deliver(Encode(sequence: 1, peer: false));
        _cable.First.Deliver(Encode(sequence: 2, peer: true));

        Assert.Equal(2ul, Assert.IsType<ClusterEvent.FrameReceived>(Take()).Frame.Sequence);
        Assert.Equal(0, Interlocked.Read(ref _statistics.Rejected));
    }

    [Fact]
    public void A_composite_is_told_of_the_peers_authentic_frames_only()
    {
        Open();
        var forged = Encode(sequence: 1, peer: true);
        forged[^1] ^= 1;
        _cable.First.Deliver(forged);
        _cable.First.Deliver(Encode(sequence: 2, peer: false));
        _cable.First.Deliver([1, 2, 3]);
        _cable.First.Deliver(Encode(sequence: 3, peer: true));
        _cable.First.Deliver(Encode(sequence: 3, peer: true));   // played again
        _cable.First.Deliver(Encode(sequence: 4, peer: true));
        _cable.First.Deliver(Encode(sequence: 5, peer: true));

        Assert.IsType<ClusterEvent.UnverifiedFrame>(Take());
        foreach (var sequence in (ulong[])[3, 3, 4, 5])
        {
            Assert.Equal(sequence, Assert.IsType<ClusterEvent.FrameReceived>(Take()).Frame.Sequence);
        }

        // Told before the next receive, so after the fifth frame at least two and at most three.
        Assert.Equal("member", _cable.First.Heard[0].Value);
        Assert.InRange(_cable.First.Heard.Count, 2, 3);
    }

    [Fact]
    public void A_link_that_breaks_is_reported_and_opened_again()
    {
        Open();
        _cable.First.Break(new HeartbeatLinkException("cable torn"));

        var closed = Assert.IsType<ClusterEvent.LinkChanged>(Take());
        Assert.Equal((false, "cable torn"), (closed.IsOpen, closed.Detail));
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
        Assert.Equal(2, _cable.First.Opened);
    }

    [Fact]
    public void A_link_that_cannot_be_opened_is_tried_until_it_can()
    {
        _cable.First.OpenFailure = new HeartbeatLinkException("no such device");
        _link.Start();
        Assert.Equal("no such device", Assert.IsType<ClusterEvent.LinkChanged>(Take()).Detail);

        _cable.First.OpenFailure = null;
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
    }

    [Fact]
    public void A_link_too_small_for_the_clusters_frames_is_refused_with_both_numbers()
    {
        _cable.First.MaxFrameBytes = 100;
        _link.Start();

        var refused = Assert.IsType<ClusterEvent.LinkChanged>(Take());
        Assert.False(refused.IsOpen);
        Assert.Contains("100", refused.Detail, StringComparison.Ordinal);
        Assert.Contains("512", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_send_that_fails_makes_the_link_reopen()
    {
        Open();
        _cable.First.BeforeSend = () =>
        {
            _cable.First.BeforeSend = null;
            throw new HeartbeatLinkException("write error");
        };
        _link.Offer(Encode(sequence: 1, peer: false));

        Assert.Equal("write error", Assert.IsType<ClusterEvent.LinkChanged>(Take()).Detail);
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
    }

    [Fact]
    public void A_transport_with_a_bug_is_reopened_and_named_once()
    {
        Open();
        _cable.First.Break(new InvalidCastException("bug"));

        Assert.False(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
        _cable.First.Break(new InvalidCastException("bug"));
        Assert.False(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
        Assert.True(SpinWait.SpinUntil(() => _logger.Collector.GetSnapshot().Count(record => record.Id.Id == 1212) == 2, TimeSpan.FromSeconds(30)));
        Assert.Single(_logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Error && record.Id.Id == 1210);
    }

    [Fact]
    public void A_transport_that_blocks_sending_delays_nobody_and_the_newest_frame_wins()
    {
        Open();
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        _cable.First.BeforeSend = () =>
        {
            entered.Set();
            release.Wait(TimeSpan.FromSeconds(30));
        };
        var other = OpenOtherEnd();

        _link.Offer([1]);
        Assert.True(entered.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        for (byte i = 2; i <= 9; i++)
        {
            _link.Offer([i]);   // returns at once while the first still hangs
        }

        release.Set();
        Assert.Equal(1, ReceiveByte(other));
        Assert.Equal(9, ReceiveByte(other));
    }

    private void Open()
    {
        _link.Start();
        Assert.True(Assert.IsType<ClusterEvent.LinkChanged>(Take()).IsOpen);
    }

    private IHeartbeatLink OpenOtherEnd() => Blocking.Wait(_cable.Second.OpenAsync(null!, TestContext.Current.CancellationToken));

    private static byte ReceiveByte(IHeartbeatLink link)
    {
        var buffer = new byte[FrameBytesMax];
        Assert.Equal(1, Blocking.Wait(link.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).Length);
        return buffer[0];
    }

    private byte[] Encode(ulong sequence, bool peer)
    {
        using var codec = new FrameCodec(_keys, ClusterHash, localIsFirst: !peer);
        var frame = new Frame { Incarnation = 5, Nonce = 55, Sequence = sequence, State = MemberState.Joining };
        var bytes = new byte[FrameBytesMax];
        return bytes[..codec.Encode(frame, bytes)];
    }

    private ClusterEvent Take()
    {
        var stopped = false;
        return _queue.Take(_clock.Now + TimeSpan.FromSeconds(30), ref stopped);
    }
}
