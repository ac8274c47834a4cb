using System.Globalization;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Transports.Tests;

/// <summary>Random cuts, blocks, breaks and repairs of three members. HACORE_SEED=n runs one seed; by default always the same ones, so that a failure is the change's.</summary>
public sealed class BondedRandomTests
{
    private const int SeedsByDefault = 20;
    private const int Heartbeats = 300;

    // A member that has been good for so long has carried a frame in reserve: the monitor interval (0.5 s) and what the next heartbeat adds to it.
    private static readonly TimeSpan s_goodAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_silenceMax = TimeSpan.FromSeconds(0.8);

    [Theory]
    [InlineData(BondedMode.AllLinks)]
    [InlineData(BondedMode.ActiveBackup)]
    public async Task While_any_member_passes_frames_both_ways_the_bond_delivers(BondedMode mode)
    {
        var one = int.TryParse(Environment.GetEnvironmentVariable("HACORE_SEED"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        var first = one ?? 1;
        for (var seed = first; seed < first + (one is null ? SeedsByDefault : 1); seed++)
        {
            await Run(mode, seed);
        }
    }

    private static async Task Run(BondedMode mode, int seed)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider();
        MemoryCable[] cables = [new("lan"), new("wan"), new("modem")];
        var goodSince = new Dictionary<MemoryCable, DateTimeOffset>();
        var story = new List<string>();
        await using var bonds = new TwoBonds(new BondedOptions { Mode = mode }, cables, time);
        for (var i = 0; i < Heartbeats; i++)
        {
            if (random.Next(4) == 0)
            {
                story.Add($"{i * BondNode.Interval.TotalSeconds:0.0} s: {Disturb(random, cables[random.Next(cables.Length)])}");
            }

            bonds.Run(1);
            var now = time.GetUtcNow();
            foreach (var cable in cables)
            {
                if (!Passes(cable))
                {
                    goodSince.Remove(cable);
                }
                else
                {
                    goodSince.TryAdd(cable, now);
                }
            }

            if (goodSince.Values.Any(since => now - since > s_goodAfter))
            {
                Check(bonds.First.Silent, "first");
                Check(bonds.Second.Silent, "second");
            }
        }

        void Check(TimeSpan silent, string node)
        {
            if (silent > s_silenceMax)
            {
                Assert.Fail(
                    $"SEED {seed}, {mode}. Repeat: HACORE_SEED={seed} dotnet test --project tests/HaCore.Transports.Tests --filter-class {typeof(BondedRandomTests).FullName}\n" +
                    $"The {node} node heard nothing for {silent.TotalSeconds:0.0} s, while {string.Join(", ", goodSince.Select(pair => $"{pair.Key.Name} passes frames since {pair.Value.TimeOfDay}"))}. The story:\n" +
                    string.Join('\n', story));
            }
        }
    }

    private static bool Passes(MemoryCable cable) => PassesFrom(cable.First) && PassesFrom(cable.Second);

    private static bool PassesFrom(MemoryMember end) => end is { IsOpen: true, IsSendingCut: false, IsBlocked: false };

    private static string Disturb(Random random, MemoryCable cable)
    {
        var end = random.Next(2) == 0 ? cable.First : cable.Second;
        var name = $"{cable.Name} ({(ReferenceEquals(end, cable.First) ? "first" : "second")})";
        switch (random.Next(8))
        {
            case 0:
                cable.IsCut = true;
                return $"{cable.Name} is cut";
            case 1:
                end.IsSendingCut = true;
                return $"{name} no longer arrives";
            case 2:
                end.IsBlocked = true;
                return $"{name} blocks";
            case 3:
                end.Break(new HeartbeatLinkException("broken"));
                return $"{name} breaks";
            case 4:
                end.OpenFailure = new HeartbeatLinkException("no such device");
                end.Break(new HeartbeatLinkException("unplugged"));
                return $"{name} is unplugged";
            case 5:
                end.Inject([1, (byte)'x']);
                return $"{name} hears noise";
            default:
                cable.IsCut = false;
                cable.First.IsBlocked = cable.Second.IsBlocked = false;
                cable.First.OpenFailure = cable.Second.OpenFailure = null;
                return $"{cable.Name} is repaired";
        }
    }
}
