using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

public sealed class EventQueueTests
{
    private static readonly EngineClock Clock = new(TimeProvider.System);

    [Fact]
    public void Events_come_out_in_the_order_in_which_they_were_posted()
    {
        var queue = new EventQueue(Clock, links: 1, resources: 1);
        var first = new ClusterEvent.Persisted(1, null);
        var second = new ClusterEvent.Persisted(2, null);

        queue.Post(first);
        queue.Post(second);

        Assert.Same(first, Take(queue));
        Assert.Same(second, Take(queue));
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow(queue));
    }

    [Fact]
    public void Frames_beyond_the_carriers_replace_the_oldest()
    {
        var queue = new EventQueue(Clock, links: 1, resources: 0);
        var carrier = EventQueue.CreateCarrier(0);
        const int Posted = EventQueue.FramesPerLink + 5;
        for (var i = 1; i <= Posted; i++)
        {
            carrier.Frame.Sequence = (ulong)i;
            carrier = queue.PostFrame(carrier);
        }

        var taken = new List<ulong>();
        while (TakeNow(queue) is ClusterEvent.FrameReceived frame)
        {
            taken.Add(frame.Frame.Sequence);
            queue.Return(frame);
        }

        Assert.Equal(Enumerable.Range(Posted - EventQueue.FramesPerLink + 1, EventQueue.FramesPerLink).Select(i => (ulong)i), taken);
        Assert.Equal(Posted - EventQueue.FramesPerLink, queue.FramesSkipped);
    }

    [Fact]
    public void A_link_that_changed_twice_says_its_newest_state_once()
    {
        var queue = new EventQueue(Clock, links: 2, resources: 0);
        queue.PostLink(new ClusterEvent.LinkChanged(1, false, "gone"));
        var newest = new ClusterEvent.LinkChanged(1, true, null);
        queue.PostLink(newest);
        queue.PostLink(new ClusterEvent.LinkChanged(0, true, null));

        Assert.Same(newest, TakeNow(queue));
        Assert.Equal(0, Assert.IsType<ClusterEvent.LinkChanged>(TakeNow(queue)).Link);
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow(queue));
    }

    [Fact]
    public void Wanted_probes_coalesce_per_resource()
    {
        var queue = new EventQueue(Clock, links: 1, resources: 2);
        var probe = new ClusterEvent.ProbeRequested(0, 1);
        queue.PostProbe(1, probe);
        queue.PostProbe(1, probe);

        Assert.Same(probe, TakeNow(queue));
        Assert.Same(ClusterEvent.Tick.Instance, TakeNow(queue));
    }

    [Fact]
    public void A_command_too_many_is_refused_and_answers_still_fit()
    {
        var queue = new EventQueue(Clock, links: 1, resources: 1);
        for (var i = 0; i < EventQueue.CommandsMax; i++)
        {
            Assert.True(queue.TryPostCommand(new ClusterEvent.Command(i, CommandKind.Standby)));
        }

        Assert.False(queue.TryPostCommand(new ClusterEvent.Command(99, CommandKind.Standby)));
        queue.Post(new ClusterEvent.Persisted(1, null));

        Assert.IsType<ClusterEvent.Command>(TakeNow(queue));
        Assert.True(queue.TryPostCommand(new ClusterEvent.Command(100, CommandKind.Standby)));
    }

    [Fact]
    public void Under_a_tests_clock_the_deadline_comes_when_that_clock_says_so()
    {
        var time = new FakeTimeProvider();
        var clock = new EngineClock(time);
        var queue = new EventQueue(clock, links: 1, resources: 0);
        var deadline = clock.Now + TimeSpan.FromMinutes(5);
        ClusterEvent? taken = null;
        var thread = new Thread(() =>
        {
            var stopped = false;
            taken = queue.Take(deadline, ref stopped);
        });
        thread.Start();

        while (!thread.Join(TimeSpan.FromMilliseconds(1)))
        {
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Same(ClusterEvent.Tick.Instance, taken);
        Assert.True(clock.Now >= deadline);
    }

    [Fact]
    public void Posting_and_taking_frames_allocates_nothing()
    {
        var queue = new EventQueue(Clock, links: 1, resources: 0);
        var carrier = EventQueue.CreateCarrier(0);
        for (var i = 0; i < 100; i++)
        {
            Cycle();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            Cycle();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle()
        {
            carrier = queue.PostFrame(carrier);
            queue.Return((ClusterEvent.FrameReceived)TakeNow(queue));
        }
    }

    private static ClusterEvent TakeNow(EventQueue queue)
    {
        var stopped = true;
        return queue.Take(Instant.Never, ref stopped);
    }

    private static ClusterEvent Take(EventQueue queue)
    {
        var stopped = false;
        return queue.Take(Clock.Now + TimeSpan.FromSeconds(30), ref stopped);
    }
}
