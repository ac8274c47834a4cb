using HaCore.Engine;
using HaCore.Testing;
using HaCore.Testing.Simulation;
using HaCore.Testing.Simulation.Disasters;

namespace HaCore.SimulationTests;

/// <summary>Does the simulator itself tell the truth, and is it the same twice?</summary>
public sealed class SimulatorTests
{
    [Fact]
    public void One_seed_is_one_run()
    {
        foreach (var seed in new ulong[] { 3, 77, 4711, 1UL << 47 })
        {
            var (one, other) = (new DisasterSimulation().Run(seed), new DisasterSimulation().Run(seed));
            Assert.Equal((one.Fingerprint, one.Steps, one.SimulatedTime, one.Text), (other.Fingerprint, other.Steps, other.SimulatedTime, other.Text));
        }
    }

    [Fact]
    public void Seeds_differ() =>
        Assert.Equal(50, Enumerable.Range(1, 50).Select(i => new DisasterSimulation().Run((ulong)i).Fingerprint).Distinct().Count());

    [Fact]
    public void Tracing_changes_nothing()
    {
        var plan = Swarm.Draw(12);
        Assert.Equal(DisasterRun.Play(plan).World.Fingerprint, DisasterRun.Play(plan, tracing: true).World.Fingerprint);
    }

    [Fact]
    public void The_signature_changes_nothing()
    {
        var plan = Swarm.Draw(12);
        Assert.Equal(DisasterRun.Play(plan with { RealSignature = false }).World.Fingerprint, DisasterRun.Play(plan with { RealSignature = true }).World.Fingerprint);
    }

    [Fact]
    public void Jumps_of_the_wall_clock_change_nothing()
    {
        var plans = Enumerable.Range(1, 200).Select(i => Swarm.Draw((ulong)i)).Where(p => p.Actions.Any(a => a.Kind == DisasterKind.WallClock)).ToList();
        Assert.NotEmpty(plans);
        foreach (var plan in plans)
        {
            var without = plan with { Actions = [.. plan.Actions.Where(a => a.Kind != DisasterKind.WallClock)] };
            Assert.Equal(DisasterRun.Play(without).World.Fingerprint, DisasterRun.Play(plan).World.Fingerprint);
        }
    }

    [Fact]
    public void Two_holders_are_seen()
    {
        var failure = Fails(world =>
        {
            world.StartBoth();
            world.Resource("b", "web-disk").Active = true;   // nobody ordered it
            world.Advance(1.Seconds());
        }, settings => settings.FalseNotHeldAllowed = true);   // or the frame that denies it fails first
        Assert.Equal(Invariant.OneHolder, failure.Invariant);
    }

    [Fact]
    public void A_device_that_confirms_and_does_nothing_is_seen()
    {
        var failure = Fails(world =>
        {
            world.StartBoth();
            world["b"].Fence.Mode = FenceMode.LieConfirmed;
            world.CutAll();
            world.Advance(30.Seconds());
        }, settings => settings.Policy = new LambdaPolicy(c => c.LocalNode.Value == "b" ? FencingDecision.Fence("test") : FencingDecision.Wait("test")));
        Assert.Equal(Invariant.VerdictIsTrue, failure.Invariant);
    }

    [Fact]
    public void Proceeding_where_the_site_does_not_allow_it_is_seen()
    {
        var failure = Fails(world =>
        {
            world.StartBoth();
            world.PowerOff("a");
            world.Advance(30.Seconds());
        }, settings => (settings.Policy, settings.UnfencedAllowed) = (new ProceedPolicy(), false));
        Assert.Equal(Invariant.TakeoverNeedsProof, failure.Invariant);
    }

    [Fact]
    public void A_false_NotHeld_is_seen()
    {
        var failure = Fails(world =>
        {
            world.StartBoth();
            world.Stop("b");
            world.RunUntilQuiet();
            world.Start("b");
            world.Resource("b", "web-disk").Active = true;
            world["b"].Resources[0][0].Probe = ProbeMode.LieStopped;
            world.Advance(5.Seconds());
        }, settings => settings.TwoHoldersAllowed = true);
        Assert.Equal(Invariant.FramesTellTheTruth, failure.Invariant);
    }

    [Fact]
    public void A_torn_state_file_keeps_the_node_from_starting_until_it_is_set_aside()
    {
        var world = new World();
        world.StartBoth();
        world.TearStateFile("b");
        Assert.False(world.TryStart("b"));
        world.Advance(1.Minutes());
        Assert.Null(world["b"].Process);
        world.SetStateAside("b");
        Assert.True(world.TryStart("b"));
        world.RunUntil(() => world.Status("a").HasSession, 30.Seconds(), "a session with the node that forgot everything");
    }

    [Fact]
    public void A_machine_that_is_paused_loses_its_time_and_nothing_moves_on_it()
    {
        var world = new World();
        world.StartBoth();
        world.StandStill("a", clockStops: true, framesWait: false);
        var before = world["a"].Process!.Local(world.Now);
        world.BreakResource("a", "web-service");
        world.Advance(500.Milliseconds());
        Assert.Equal(0, world.Stops("a"));
        world.GoOn("a");
        Assert.Equal(before, world["a"].Process!.Local(world.Now));
    }

    [Fact]
    public void The_fast_signature_sees_every_flipped_bit()
    {
        var random = new SimRandom(5);
        var key = new byte[32];
        random.NextBytes(key);
        using var signer = new FastSigner(key);
        var bytes = new byte[203];
        random.NextBytes(bytes);
        var (mac, other) = (new byte[32], new byte[32]);
        signer.Sign(bytes, mac);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            signer.Sign(bytes, other);
            Assert.NotEqual(mac, other);
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
        }
    }

    private static StoryFailedException Fails(Action<World> story, Action<WorldSettings>? configure = null) =>
        Assert.Throws<StoryFailedException>(() => story(new World(configure)));
}
