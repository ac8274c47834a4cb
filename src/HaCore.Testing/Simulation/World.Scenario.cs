using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <content>What scenario files need beyond the verbs of a story.</content>
internal sealed partial class World
{
    /// <summary>The links work again, without loss and delay.</summary>
    public void Mend(IReadOnlyList<string> links)
    {
        SetCut(false, null, [.. links]);
        Disturb(links, static direction =>
        {
            var sound = new SimDirection();
            (direction.Loss, direction.Delay, direction.Jitter) = (sound.Loss, sound.Delay, sound.Jitter);
        });
    }

    public void Disturb(IReadOnlyList<string> links, Action<SimDirection> change)
    {
        foreach (var direction in links.SelectMany(link => Link(link).From.Values))
        {
            change(direction);
        }
    }

    public Decision.Answer Order(string key, ClusterEvent.Command command) => Ask(
        key,
        command.Kind,
        command.Group < 0 ? null : this[key].Configuration.Groups[command.Group].Name.Value,
        command.Node?.Value,
        command.Flag,
        command.Term,
        command.Token);

    /// <summary>The shell's ping targets report.</summary>
    public void TellNetwork(string key, bool answers) => Post(
        Running(key),
        answers ? new ClusterEvent.NetworkChanged(NetworkReach.Reachable, null) : new ClusterEvent.NetworkChanged(NetworkReach.Unreachable, "the gateway does not answer"));

    /// <summary>Time passes as long as the condition holds, at most so long.</summary>
    /// <returns>False: at one moment it did not hold.</returns>
    public bool Holds(Func<bool> condition, TimeSpan during) => !Run(Now + during.Ticks, () => !condition());

    /// <summary>The status as the host gives it out: with the live numbers of the links.</summary>
    public ClusterSnapshot LiveStatus(string key)
    {
        var process = Running(key);
        var snapshot = process.Machine.Snapshot;
        return snapshot with { Links = [.. snapshot.Links.Select((link, i) => Live(link, process.Machine.Links[i], process.Local(Now)))] };
    }

    private static LinkSnapshot Live(LinkSnapshot link, LinkStatistics numbers, Instant now) => link with
    {
        LastHeard = numbers.LastHeardTicks < 0 ? null : TimeSpan.FromTicks(now.Ticks - numbers.LastHeardTicks),
        RoundTrip = numbers.RoundTripTicks < 0 ? null : TimeSpan.FromTicks(numbers.RoundTripTicks),
        Received = numbers.Received,
        Lost = numbers.Lost,
        Late = numbers.Late,
        Rejected = numbers.Rejected,
    };
}
