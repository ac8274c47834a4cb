using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Tests.Hosting;

public sealed class FencingRunnerTests
{
    private readonly EngineClock _clock = new(TimeProvider.System);
    private readonly EventQueue _queue;
    private readonly FakeLogger _logger = new();

    public FencingRunnerTests() => _queue = new EventQueue(_clock, links: 0, resources: 0);

    [Fact]
    public void Devices_are_tried_in_order_until_one_confirms()
    {
        var first = new Device(_ => ValueTask.FromResult(FenceResult.Failed("no power switch")));
        var second = new Device(_ => ValueTask.FromResult(FenceResult.Confirmed("off")));
        var third = new Device(_ => ValueTask.FromResult(FenceResult.Confirmed("off")));

        var answer = Fence(first, second, third);

        Assert.Equal((3L, FenceOutcome.Confirmed), (answer.Attempt, answer.Result.Outcome));
        Assert.Equal((1, 1, 0), (first.Calls, second.Calls, third.Calls));
    }

    [Fact]
    public void A_device_that_throws_confirms_nothing()
    {
        var answer = Fence(new Device(_ => throw new InvalidOperationException("burnt")));

        Assert.Equal(FenceOutcome.Unknown, answer.Result.Outcome);
        Assert.Contains("burnt", answer.Result.Detail, StringComparison.Ordinal);
        Assert.Contains(_logger.Collector.GetSnapshot(), record => record.Id.Id == 1230);
    }

    [Fact]
    public void Without_a_device_the_attempt_fails() => Assert.Equal(FenceOutcome.Failed, Fence().Result.Outcome);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_logger_that_throws_loses_no_answer_of_a_fence(bool throwsWhenAsked)
    {
        var logger = new ThrowingLogger(throwsWhenAsked);
        var burnt = new Device(_ => throw new InvalidOperationException("burnt"));
        var second = new Device(_ => ValueTask.FromResult(FenceResult.Confirmed("off")));

        Assert.Equal(FenceOutcome.Confirmed, FenceWith(logger, burnt, second).Result.Outcome);
        Assert.NotEqual(0, logger.Calls);
    }

    private ClusterEvent.FenceCompleted Fence(params IFencingDevice[] devices) => FenceWith(_logger, devices);

    private ClusterEvent.FenceCompleted FenceWith(ILogger logger, params IFencingDevice[] devices)
    {
        new FencingRunner(devices, _queue, logger, TestContext.Current.CancellationToken).Begin(new Decision.Fence(3, new NodeId("b"), "silent"));
        var stopped = false;
        return Assert.IsType<ClusterEvent.FenceCompleted>(_queue.Take(_clock.Now + TimeSpan.FromSeconds(60), ref stopped));
    }

    private sealed class Device(Func<NodeId, ValueTask<FenceResult>> fence) : IFencingDevice
    {
        public int Calls { get; private set; }

        public ValueTask<FenceResult> FenceAsync(NodeId target, CancellationToken cancellationToken)
        {
            Calls++;
            return fence(target);
        }
    }
}
