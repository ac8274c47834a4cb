using HaCore.Configuration;
using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>Levels, timeouts, retries: what the sum of all devices says, and that there is always one answer and never a second call beside a first.</summary>
public sealed class FencingRunnerTests : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);
    private readonly EngineClock _clock = new(TimeProvider.System);
    private readonly EventQueue _queue;
    private readonly FakeLogger _logger = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _stopping = new();

    public FencingRunnerTests() => _queue = new EventQueue(_clock, links: 0, resources: 0);

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public void Next_level_is_tried_after_one_that_failed_and_none_after_one_that_confirmed()
    {
        var (first, second, third) = (Device.That(Failed("no power switch")), Device.That(Confirmed), Device.That(Confirmed));

        var answer = Fence([("pdu", 1, first), ("ipmi", 2, second), ("spare", 3, third)]);

        Assert.Equal((3L, FenceOutcome.Confirmed), (answer.Attempt, answer.Result.Outcome));
        Assert.Equal("level 1: pdu failed (no power switch); level 2: ipmi confirmed (off)", answer.Result.Detail);
        Assert.Equal((1, 1, 0), (first.Calls, second.Calls, third.Calls));
    }

    [Fact]
    public void All_devices_of_a_level_must_confirm()
    {
        var both = Fence([("pdu-a", 1, Device.That(Confirmed)), ("pdu-b", 1, Device.That(Confirmed))]);
        Assert.Equal((FenceOutcome.Confirmed, "level 1: pdu-a confirmed (off), pdu-b confirmed (off)"), (both.Result.Outcome, both.Result.Detail));
    }

    [Fact]
    public void Half_a_level_confirms_nothing_and_is_doubt()
    {
        var rest = Device.That(Confirmed);
        var answer = Fence([("pdu-a", 1, Device.That(Confirmed)), ("pdu-b", 1, Device.That(Failed("jammed"))), ("pdu-c", 1, rest)]);
        Assert.Equal((FenceOutcome.Unknown, "level 1: pdu-a confirmed (off), pdu-b failed (jammed)"), (answer.Result.Outcome, answer.Result.Detail));
        Assert.Equal(0, rest.Calls);
    }

    [Fact]
    public void One_that_does_not_know_among_those_that_failed_leaves_doubt()
    {
        Assert.Equal(FenceOutcome.Failed, Fence([("a", 1, Device.That(Failed("x"))), ("b", 2, Device.That(Failed("y")))]).Result.Outcome);
        Assert.Equal(FenceOutcome.Unknown, Fence([("a", 1, Device.That(_ => new(FenceResult.Unknown("x")))), ("b", 2, Device.That(Failed("y")))]).Result.Outcome);
    }

    [Fact]
    public void A_device_that_throws_confirms_nothing_and_the_next_level_is_tried()
    {
        var answer = Fence([("a", 1, Device.That(_ => throw new InvalidOperationException("burnt"))), ("b", 2, Device.That(Confirmed))]);

        Assert.Equal("level 1: a does not know (threw InvalidOperationException: burnt); level 2: b confirmed (off)", answer.Result.Detail);
        Assert.Contains(_logger.Collector.GetSnapshot(), record => record.Id.Id == 1230);
    }

    [Fact]
    public void Without_a_device_the_attempt_fails() => Assert.Equal(FenceOutcome.Failed, Fence([]).Result.Outcome);

    [Fact]
    public void A_failure_is_tried_again_as_often_as_configured()
    {
        var device = Device.That(context => new(context.Attempt < 3 ? FenceResult.Failed("busy") : FenceResult.Confirmed("off")));
        Assert.Equal(FenceOutcome.Failed, Fence([("a", 1, device)], retries: 1).Result.Outcome);
        Assert.Equal(2, device.Calls);
        Assert.Equal(FenceOutcome.Confirmed, Fence([("a", 1, device)], retries: 2).Result.Outcome);
        Assert.Equal(5, device.Calls);
    }

    [Fact]
    public async Task A_timed_out_device_is_told_counts_as_unknown_and_is_not_tried_again()
    {
        var hanging = Device.Hanging();
        Begin([("a", 1, hanging), ("b", 2, Device.That(Failed("no")))], retries: 5);
        await hanging.Called;
        _time.Advance(s_timeout);

        var answer = TakeAnswer();
        Assert.Equal(FenceOutcome.Unknown, answer.Result.Outcome);
        Assert.StartsWith("level 1: a does not know (timed out after 20 s", answer.Result.Detail, StringComparison.Ordinal);
        Assert.Equal(1, hanging.Calls);
    }

    [Fact]
    public async Task A_confirmation_that_comes_after_the_timeout_does_not_count()
    {
        var deaf = Device.Deaf();
        var next = Device.That(Failed("no"));
        Begin([("a", 1, deaf), ("b", 2, next)]);
        await deaf.Called;
        _time.Advance(s_timeout + TimeSpan.FromSeconds(1));
        deaf.Release(FenceResult.Confirmed("off, at last"));

        var answer = TakeAnswer();
        Assert.Equal(FenceOutcome.Unknown, answer.Result.Outcome);
        Assert.Contains("it then said Confirmed, which does not count: off, at last", answer.Result.Detail, StringComparison.Ordinal);
    }

    /// <summary>With the device that authors have, and without a device of this file: what it promises is what the runner sees.</summary>
    [Fact]
    public async Task A_scripted_device_fails_then_is_late_and_the_next_level_confirms_after_it()
    {
        var first = new ScriptedFencingDevice().Fail("busy").ConfirmLate();
        var second = new ScriptedFencingDevice().Confirm();
        Begin([("a", 1, first), ("b", 2, second)], retries: 1);
        await first.OrderedAsync(2);
        _time.Advance(s_timeout + TimeSpan.FromSeconds(1));
        Assert.Empty(second.Orders);
        first.Release();

        var answer = TakeAnswer();
        Assert.Equal(FenceOutcome.Confirmed, answer.Result.Outcome);
        Assert.EndsWith("it then said Confirmed, which does not count: off, at last); level 2: b confirmed (off)", answer.Result.Detail, StringComparison.Ordinal);
        Assert.Equal([("a", 1, "silent"), ("a", 2, "silent"), ("b", 1, "silent")], first.Orders.Concat(second.Orders).Select(order => (order.Device, order.Attempt, order.Reason)));
    }

    [Fact]
    public async Task A_device_that_ignores_its_token_keeps_the_attempt_in_flight_and_is_said_aloud()
    {
        var deaf = Device.Deaf();
        var next = Device.That(Confirmed);
        var runner = Begin([("a", 1, deaf), ("b", 2, next)]);
        await deaf.Called;
        _time.Advance(s_timeout + TimeSpan.FromSeconds(6));

        Assert.Equal(0, next.Calls);
        Assert.False(runner.Ended.IsCompleted);
        Assert.Contains(_logger.Collector.GetSnapshot(), record => record.Id.Id == 1232);
        Assert.Throws<InvalidOperationException>(() => runner.Begin(new Decision.Fence(4, new NodeId("b"), "again")));

        deaf.Release(FenceResult.Failed("no"));
        Assert.Equal(FenceOutcome.Confirmed, TakeAnswer().Result.Outcome);
        Assert.Equal((1, 1), (deaf.Calls, next.Calls));
    }

    [Fact]
    public async Task A_host_that_stops_gets_its_answer()
    {
        var hanging = Device.Hanging();
        Begin([("a", 1, hanging)], retries: 3);
        await hanging.Called;
        await _stopping.CancelAsync();

        var answer = TakeAnswer();
        Assert.Equal(FenceOutcome.Unknown, answer.Result.Outcome);
        Assert.Contains("the host stops", answer.Result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_throws_still_leaves_an_answer()
    {
        var answer = Fence([("a", 1, Device.That(Confirmed))], log: _ => throw new InvalidOperationException("no log"));
        Assert.Equal((FenceOutcome.Unknown, "the fencing devices could not be run: InvalidOperationException: no log"), (answer.Result.Outcome, answer.Result.Detail));
    }

    private static ValueTask<FenceResult> Confirmed(FencingDeviceContext context) => new(FenceResult.Confirmed("off"));

    private static Func<FencingDeviceContext, ValueTask<FenceResult>> Failed(string why) => _ => new(FenceResult.Failed(why));

    private ClusterEvent.FenceCompleted Fence((string Name, int Level, Device Device)[] devices, int retries = 0, Action<Action<ILogger>>? log = null)
    {
        Begin([.. devices.Select(device => (device.Name, device.Level, (IFencingDevice)device.Device))], retries, log);
        return TakeAnswer();
    }

    private FencingRunner Begin((string Name, int Level, IFencingDevice Device)[] devices, int retries = 0, Action<Action<ILogger>>? log = null)
    {
        log ??= line => line(_logger);
        var runners = devices.Select(device => new FencingDeviceRunner(
            new()
            {
                Name = device.Name,
                Level = device.Level,
                Fence = new(s_timeout, retries, TimeSpan.Zero),
                MonitorInterval = TimeSpan.Zero,
                MonitorTimeout = s_timeout,
                Create = _ => device.Device,
            },
            device.Device, "unipd", new NodeId("a"), _time, log)).ToList();
        var runner = new FencingRunner(runners, _queue, log, _stopping.Token);
        runner.Begin(new Decision.Fence(3, new NodeId("b"), "silent"));
        return runner;
    }

    private ClusterEvent.FenceCompleted TakeAnswer()
    {
        var stopped = false;
        return Assert.IsType<ClusterEvent.FenceCompleted>(_queue.Take(_clock.Now + TimeSpan.FromSeconds(60), ref stopped));
    }

    private sealed class Device(Func<FencingDeviceContext, CancellationToken, Task<FenceResult>> fence) : IFencingDevice
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<FenceResult> _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public int Calls { get; private set; }

        public Task Called => _called.Task;

        public static Device That(Func<FencingDeviceContext, ValueTask<FenceResult>> fence) => new((context, _) => fence(context).AsTask());

        /// <summary>Hangs until it is told to stop.</summary>
        public static Device Hanging() => new(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return FenceResult.Confirmed("never");
        });

        /// <summary>Hangs whatever it is told, until it is released.</summary>
        public static Device Deaf()
        {
            Device? device = null;
            device = new((_, _) => device!._release.Task);
            return device;
        }

        public void Release(FenceResult result) => _release.SetResult(result);

        public async ValueTask<FenceResult> FenceAsync(FencingDeviceContext context, CancellationToken cancellationToken)
        {
            Assert.Equal(1, Interlocked.Increment(ref _running));
            Calls++;
            _called.TrySetResult();
            try
            {
                return await fence(context, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
