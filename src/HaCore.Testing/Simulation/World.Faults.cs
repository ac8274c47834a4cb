using HaCore.Engine;
using HaCore.State;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <content>The rarer ways in which machines, disks and clocks fail.</content>
internal sealed partial class World
{
    private readonly int[] _faults = new int[Enum.GetValues<Fault>().Length];

    /// <summary>How often each fault really happened.</summary>
    public IReadOnlyList<int> Faults => _faults;

    public void Happened(Fault fault) => _faults[(int)fault]++;

    /// <summary>
    /// The whole machine stands still: agents, disk and program. A paused virtual machine's clock stops with it (ADR 5); a suspended computer's
    /// CLOCK_BOOTTIME goes on.
    /// </summary>
    public void StandStill(string key, bool clockStops, bool framesWait)
    {
        var process = Running(key);
        Trace.Add(Now, key, clockStops ? "* paused, and its clock with it" : "* suspended");
        process.Frozen = true;
        process.FramesWait = framesWait;
        process.Node.IsStill = true;
        process.Node.StillSince = Now;
        process.ClockStops = clockStops;
        StarveWatchdog(process);
    }

    /// <summary>Something that happens to this run of the program, if it still runs then.</summary>
    public void After(TimeSpan time, SimProcess process, Action happens) => At(Now + time.Ticks, () =>
    {
        if (process.Node.Process == process)
        {
            happens();
        }
    });

    /// <summary>The ping targets say something of the node's own network.</summary>
    public void ReportNetwork(string key, NetworkReach reach)
    {
        if (this[key].Process is { } process)
        {
            Post(process, new ClusterEvent.NetworkChanged(reach, reach == NetworkReach.Unreachable ? "no target answers" : null));
        }
    }

    /// <summary>An agent noticed something and asks for a look.</summary>
    public void AskForProbe(string key, int group, int resource)
    {
        if (this[key].Process is { } process)
        {
            Happened(Fault.ProbeAskedFor);
            Post(process, new ClusterEvent.ProbeRequested(group, resource));
        }
    }

    /// <summary>A composite link says how one of its members is.</summary>
    public void TellMember(string key, int link, int member, bool isAlive, bool isActive, string? detail)
    {
        if (this[key].Process is { } process && process.Configuration.Links[link].Members.Count > member)
        {
            Happened(Fault.LinkMember);
            Post(process, new ClusterEvent.LinkMemberChanged(link, member, isAlive, isActive, detail));
        }
    }

    /// <summary>No write, no fence, no operation but probes is under way.</summary>
    public bool IsAtRest => NothingInFlight();

    public void Judge(bool holds, Invariant invariant, string what)
    {
        if (!holds)
        {
            throw Failed(invariant, "expected: " + what);
        }
    }

    public StoryFailedException Fail(Invariant invariant, string what) => Failed(invariant, what);

    /// <summary>The machine goes on: first what its hardware had ready, then the program.</summary>
    public void GoOn(string key, bool timerFirst = false)
    {
        var node = this[key];
        if (!node.IsStill)
        {
            return;   // it was fenced meanwhile
        }

        node.IsStill = false;
        if (node.Process is { } process)
        {
            if (process.ClockStops)
            {
                process.LostTime += Now - node.StillSince;
                process.DueAt = process.World(process.Machine.NextDeadline);
            }

            while (node.Waiting.TryDequeue(out var happens))
            {
                happens();
            }

            Thaw(key, timerFirst);
        }
    }

    /// <summary>Power loss at a moment when the disk had not done what it had said: what was acknowledged is gone, and the state file with it.</summary>
    public void TearStateFile(string key)
    {
        var node = this[key];
        PowerOff(key);
        node.Disk.Tear(Random);
        if (node.Disk.Torn is { } torn)
        {
            Happened(Fault.TornStateFile);
            Trace.Add(Now, key, $"* its state file is torn after {torn.Length} bytes");
        }
    }

    public void SetStateAside(string key)
    {
        var node = this[key];
        if (node.Disk.Torn is not null && Array.TrueForAll(node.Resources, group => Array.TrueForAll(group, r => !r.Active)))
        {
            Trace.Add(Now, key, "* the operator sets its state file aside");
            node.Disk.SetAside();
            node.Acknowledged = null;
            AnyStateLost = true;
        }
    }

    /// <summary>Some node forgot what it had written: a part of what an attacker recorded is news to it again.</summary>
    public bool AnyStateLost { get; private set; }

    private void CheckLoaded(SimNode node, PersistentState? before, PersistentState? loaded, string? refusal)
    {
        if (node.Disk.Torn is { } torn)
        {
            if (loaded is not null)
            {
                throw Failed(Invariant.PersistedHolds, $"{node.Key}: a torn state file of {torn.Length} bytes was read as if nothing had happened");
            }

            return;
        }

        if (loaded is null)
        {
            throw Failed(Invariant.PersistedHolds, $"{node.Key}: its own state file is refused: {refusal}");
        }

        CheckOnlyGrows(node, node.Acknowledged, loaded);
        if (before is not null && !StateFile.Format(before with { Incarnation = loaded.Incarnation }, "x").AsSpan().SequenceEqual(StateFile.Format(loaded, "x")))
        {
            throw Failed(Invariant.PersistedHolds, $"{node.Key}: what was read is not what was written");
        }
    }

    private FrameVerdict DecodeCorrupt(SimNode receiver, ReadOnlySpan<byte> bytes, Frame frame)
    {
        Happened(Fault.Corruption);
        var corrupt = _corrupt.AsSpan(0, bytes.Length);
        bytes.CopyTo(corrupt);
        for (var flips = Random.Next(1, 4); flips > 0; flips--)
        {
            var bit = Random.Next(corrupt.Length * 8);
            corrupt[bit >> 3] ^= (byte)(1 << (bit & 7));
        }

        var verdict = receiver.Codec.Decode(corrupt, frame);
        if (verdict is FrameVerdict.Accepted or FrameVerdict.OwnFrame && !corrupt.SequenceEqual(bytes))
        {
            throw Failed(Invariant.CorruptFrameIsRefused, $"a frame to {receiver.Key} with flipped bits was {verdict}");
        }

        // Flips that undid each other leave a good frame, which the line lost all the same.
        return verdict is FrameVerdict.Accepted or FrameVerdict.OwnFrame ? FrameVerdict.Malformed : verdict;
    }
}
