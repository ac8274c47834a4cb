using HaCore.Engine;
using HaCore.Hosting;
using HaCore.Tests.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

/// <summary>The keep-alive thread on a clock of the test: every look asks for the engine's steps, so the test knows that it happened.</summary>
public sealed class SelfFencingGuardTests : IAsyncDisposable
{
    private const string BootId = "this boot";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _reports = [];
    private readonly Device _device = new();
    private SelfFencingGuard? _guard;
    private int _looks;
    private long _steps;

    public async ValueTask DisposeAsync()
    {
        if (_guard is not null)
        {
            await _guard.DisposeAsync();
        }
    }

    [Fact]
    public void A_keep_alive_goes_out_only_when_the_engine_has_stepped_since_the_last_look()
    {
        Start();
        _guard!.EngineStarts();
        Look(steps: 1);
        var before = _device.KeepAlives;

        Look(steps: 0);
        Look(steps: 0);
        Assert.Equal(before, _device.KeepAlives);

        Look(steps: 3);
        Assert.Equal(before + 1, _device.KeepAlives);
    }

    [Fact]
    public void While_the_machine_starts_and_nothing_is_active_it_is_kept_alive_without_an_engine()
    {
        Start();

        Advance(() => _device.KeepAlives >= 3);

        Assert.Equal(0, _looks);
    }

    [Theory]
    [InlineData("another boot")] // the machine was reset since
    [InlineData(null)]           // nobody counts on it
    public async Task Without_a_promise_of_this_boot_the_machine_is_kept_alive_while_the_program_starts(string? armedBootId)
    {
        Start(Armed(armedBootId));
        Advance(() => _device.KeepAlives > 0);

        await _guard!.DisposeAsync();
        Assert.Equal(1, _device.Disarms);
    }

    [Fact]
    public void What_a_dead_program_promised_is_done_by_its_successor_which_does_not_touch_the_running_device()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => Start(Armed(BootId)));

        Assert.Contains("reset this machine by hand", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("an earlier program of this boot has promised this reset to the peer and died", _device.Reason);
        Assert.Equal((0, 0, 0), (_device.Arms, _device.KeepAlives, _device.Disarms));
    }

    [Fact]
    public async Task A_thread_that_was_frozen_between_proof_and_keep_alive_resets_the_machine()
    {
        _device.OnKeepAlive = () => _time.Advance(TimeSpan.FromSeconds(1.5));   // the margin is 1 s
        Start(engineStarts: true);

        Advance(() => _device.Reason is not null, () => _steps++);

        Assert.Equal("a keep-alive came 1.5 s after the proof of life that it was for; the peer's wait covers 1 s", _device.Reason);
        await _guard!.Ended.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _device.Disarms);
    }

    [Fact]
    public void A_keep_alive_that_fails_is_told_once_and_tried_again()
    {
        _device.OnKeepAlive = () => throw new IOException("/dev/watchdog: Input/output error");
        Start();
        Advance(() => _device.KeepAlives >= 3);

        Assert.Equal("the keep-alive of self-fencing failed: /dev/watchdog: Input/output error; unless it works again this machine is reset within 5 s", Assert.Single(_reports));
    }

    [Fact]
    public async Task A_clean_end_disarms_once_and_nothing_else_does()
    {
        Start(engineStarts: true);
        _guard!.Release();
        await _guard.Ended.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, _device.Disarms);

        await _guard.DisposeAsync();
        Assert.Equal(1, _device.Disarms);
    }

    [Fact]
    public async Task An_end_that_was_not_clean_leaves_it_armed()
    {
        Start(engineStarts: true);

        await _guard!.DisposeAsync();

        Assert.Equal(0, _device.Disarms);
    }

    [Fact]
    public async Task A_reset_is_for_ever()
    {
        Start(engineStarts: true);
        _guard!.Reset("lost");
        await _guard.Ended.WaitAsync(TestContext.Current.CancellationToken);

        _guard.Release();
        await _guard.DisposeAsync();

        Assert.Equal("lost", _device.Reason);
        Assert.Equal(0, _device.Disarms);
    }

    [Fact]
    public void The_times_as_they_are_make_the_certain_time()
    {
        Start();

        Assert.Equal(new EngineSelfFencing(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(13)), _guard!.Effective);
        Assert.Equal(
            "armed: this machine resets itself 4 s after its last contact if it holds a group, and 5 s after its engine hangs or its program dies. The peer may take over 13 s after the last heartbeat: " +
            "RightTime 4 s + keep-alive 1 s + timeout 5 s (at least 2 timeouts) + reset 2 s + margin 1 s; the dead time is 2 s",
            _guard.Description);
    }

    [Theory]
    [InlineData(0.3, 0.1, 0.0, "SelfFencing: Timeout (0.3 s, as the device really has it) must be at least 2 x HeartbeatInterval (0.2 s), that is 0.4 s: the engine gives proof of life once per heartbeat, and one that comes late would reset a healthy machine.")]
    [InlineData(5.0, 3.0, 0.0, "SelfFencing: armed with Timeout 5 s, KeepAliveInterval 3 s and ResetLatency 0 s: the timeout must be above zero and at least 2 x the keep-alive interval, or one late keep-alive resets a healthy machine.")]
    [InlineData(0.0, 0.0, 0.0, "SelfFencing: armed with Timeout 0 s, KeepAliveInterval 0 s and ResetLatency 0 s: the timeout must be above zero and at least 2 x the keep-alive interval, or one late keep-alive resets a healthy machine.")]
    public void A_device_whose_times_do_not_fit_is_refused_and_disarmed(double timeout, double interval, double latency, string message)
    {
        _device.Times = new(TimeSpan.FromSeconds(timeout), TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(latency));

        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => Start()).Message);
        Assert.Equal(1, _device.Disarms);
    }

    private static PersistentState Armed(string? bootId) =>
        new() { Incarnation = 2, ArmedBootId = bootId, Groups = [new PersistentGroup { Name = "group", Term = 2, HoldBootId = BootId }] };

    private void Start(PersistentState? state = null, bool engineStarts = false)
    {
        var definition = Make.Definition(ha => ha.Good().UseSelfFencing(_ => _device, settings => settings.AcceptTotalOutage = true));
        using var services = new ServiceCollection().BuildServiceProvider();
        var clock = new EngineClock(_time);
        _guard = SelfFencingGuard.Arm(definition, state ?? new PersistentState { Incarnation = 1, Groups = [] }, BootId, services, clock);
        if (engineStarts)
        {
            _guard!.EngineStarts();
        }

        _guard!.Start("pair", ReadSteps, static () => { }, _reports.Add);
    }

    private long ReadSteps()
    {
        Interlocked.Increment(ref _looks);
        return Interlocked.Read(ref _steps);
    }

    /// <summary>The next look sees so many further steps.</summary>
    private void Look(int steps)
    {
        var before = Volatile.Read(ref _looks);
        Interlocked.Add(ref _steps, steps);
        Advance(() => Volatile.Read(ref _looks) > before);
        Advance(() => Volatile.Read(ref _looks) > before + 1);   // the one before may have read its steps just before they grew
    }

    private void Advance(Func<bool> until, Action? each = null)
    {
        const int Tries = 100_000;
        for (var i = 0; i < Tries && !until(); i++)
        {
            each?.Invoke();
            _time.Advance(Interval / 10);
            Thread.Yield();
        }
    }

    private sealed class Device : ISelfFencing
    {
        private int _keepAlives;

        public SelfFencingTimes Times { get; set; } = new(TimeSpan.FromSeconds(5), Interval, TimeSpan.FromSeconds(2));

        public Action? OnKeepAlive { get; set; }

        public int KeepAlives => Volatile.Read(ref _keepAlives);

        public int Disarms { get; private set; }

        public string? Reason { get; private set; }

        public int Arms { get; private set; }

        public SelfFencingTimes Arm()
        {
            Arms++;
            return Times;
        }

        public void KeepAlive()
        {
            Interlocked.Increment(ref _keepAlives);
            OnKeepAlive?.Invoke();
        }

        public void Reset(string reason) => Reason = reason;

        public void Disarm() => Disarms++;
    }
}
