using HaCore.Engine;

namespace HaCore.Testing.Simulation.Disasters;

/// <content>What each kind of action does to the world. An action that makes no sense at its moment does nothing.</content>
internal sealed partial class DisasterRun
{
    private void DoWires(DisasterAction action, SimNode node)
    {
        if (action.Kind == DisasterKind.Member)
        {
            World.TellMember(node.Key, 0, action.Mode, (action.Choice & 1) != 0, (action.Choice & 2) != 0, (action.Choice & 4) != 0 ? "no frame arrives on it" : null);
        }

        for (var i = 0; i < World.Links.Count; i++)
        {
            if ((action.Links & (1u << i)) == 0)
            {
                continue;
            }

            var link = World.Links[i];
            var mine = link.Of(node);
            switch (action.Kind)
            {
                case DisasterKind.Cut:
                    World.Happened(Fault.Cut);
                    link.Of(World.Nodes[0]).Cut = link.Of(World.Nodes[1]).Cut = true;
                    break;
                case DisasterKind.CutOneWay:
                    World.Happened(Fault.OneWayCut);
                    mine.Cut = true;
                    break;
                case DisasterKind.Pull or DisasterKind.Plug:
                    SetCable(link.Name, action.Kind == DisasterKind.Plug);
                    break;
                case DisasterKind.Lose:
                    mine.Loss = action.Share;
                    break;
                case DisasterKind.Delay:
                    World.Happened(Fault.Delay);
                    mine.Delay = action.Time;
                    break;
                case DisasterKind.Reorder:
                    mine.Jitter = action.Time;
                    break;
                case DisasterKind.Duplicate:
                    mine.Duplication = action.Share;
                    break;
                case DisasterKind.Corrupt:
                    mine.Corruption = action.Share;
                    break;
                default:
                    Heal(link);
                    break;
            }
        }

        if (action.Kind == DisasterKind.Cut && action.Links == (1u << World.Links.Count) - 1)
        {
            World.Happened(Fault.AllCut);
        }
    }

    private static void Heal(SimLink link)
    {
        foreach (var (_, direction) in link.From)
        {
            direction.Cut = false;
            direction.Loss = direction.Duplication = direction.Corruption = 0;
            direction.Delay = TimeSpan.FromMicroseconds(200);
            direction.Jitter = TimeSpan.Zero;
        }
    }

    /// <summary>Both ends see their carrier go or come back.</summary>
    private void SetCable(string link, bool isUp)
    {
        World.Happened(Fault.PulledCable);
        foreach (var node in World.Nodes)
        {
            if (node.Process is not null)
            {
                World.SetInterface(node.Key, link, isUp);
            }
        }
    }

    private void DoMachine(DisasterAction action, SimNode node)
    {
        switch (action.Kind)
        {
            case DisasterKind.StartAll:
                foreach (var down in World.Nodes)
                {
                    if (down.Process is null && down.Disk.Torn is null)
                    {
                        World.TryStart(down.Key);
                    }
                }

                break;
            case DisasterKind.Kill when node.Process is not null:
                World.Happened(Fault.ProgramKilled);
                World.Crash(node.Key);
                break;
            case DisasterKind.PowerOff when node.IsOn:
                World.Happened(Fault.PowerLoss);
                if (node.Disk.InFlight is not null && !node.Disk.LandsAtCrash)
                {
                    World.Happened(Fault.UnsyncedWriteLost);
                }

                World.PowerOff(node.Key);
                break;
            case DisasterKind.Tear when node.IsOn:
                World.TearStateFile(node.Key);
                break;
            case DisasterKind.SetAside:
                World.SetStateAside(node.Key);
                break;
            case DisasterKind.Freeze or DisasterKind.Pause or DisasterKind.Suspend when node.Process is { Frozen: false }:
                Stall(action, node);
                break;
            case DisasterKind.Leave when node.Process is not null:
                World.Happened(Fault.OrderlyStop);
                World.Stop(node.Key);
                break;
            case DisasterKind.Reconfigure:
                World.Happened(Fault.ConfigurationDiffers);
                Reconfigure(node, action);
                break;
            case DisasterKind.WallClock:
                World.Happened(Fault.WallClockJump);
                node.WallClockError += action.Time;
                break;
            default:
                break;
        }
    }

    private static void Reconfigure(SimNode node, DisasterAction action)
    {
        var was = node.Configuration;
        node.Configuration = action.Mode == 1
            ? was with { ClusterDigest = was.ClusterDigest ^ 1 }
            : was with { Groups = [.. was.Groups.Select((g, i) => i == action.Choice ? g with { Digest = g.Digest ^ 1 } : g)] };
    }

    private void Stall(DisasterAction action, SimNode node)
    {
        var (framesWait, timerFirst) = ((action.Choice & 1) != 0, (action.Choice & 2) != 0);
        if (action.Kind == DisasterKind.Freeze)
        {
            World.Happened(action.Time > _dead ? Fault.ProgramFrozenBeyondDeadTime : Fault.ProgramFrozen);
            World.Freeze(node.Key, framesWait);
            World.After(action.Time, node.Process!, () => World.Thaw(node.Key, timerFirst));
            return;
        }

        var clockStops = action.Kind == DisasterKind.Pause;
        World.Happened(clockStops ? Fault.PausedClockStops : Fault.Suspended);
        World.StandStill(node.Key, clockStops, framesWait);
        World.After(action.Time, node.Process!, () => World.GoOn(node.Key, timerFirst));
    }

    private void DoDisk(DisasterAction action, SimNode node)
    {
        switch (action.Kind)
        {
            case DisasterKind.DiskLatency:
                World.Happened(Fault.SlowDisk);
                node.Disk.Latency = action.Time;
                break;
            case DisasterKind.DiskFull:
                World.Happened(Fault.FullDisk);
                node.Disk.Error = "No space left on device";
                break;
            case DisasterKind.DiskHang:
                World.Happened(Fault.HungDisk);
                node.Disk.Hangs = true;
                break;
            case DisasterKind.DiskLands:
                node.Disk.LandsAtCrash = action.Choice != 0;
                break;
            default:
                DiskWorks(node);
                break;
        }
    }

    private void DiskWorks(SimNode node)
    {
        node.Disk.Error = null;
        if (node.Disk.Hangs)
        {
            World.ReleaseDisk(node.Key);
        }
    }

    private void DoAgent(DisasterAction action, SimNode node)
    {
        var resource = node.Resources[action.Choice / 8][action.Choice % 8];
        switch (action.Kind)
        {
            case DisasterKind.ResourceDies when resource.Active:
                World.Happened(Fault.ResourceDied);
                resource.Active = false;   // whatever runs for it finds out
                break;
            case DisasterKind.ResourceBreaks when resource.Active:
                World.Happened(Fault.ResourceBroke);
                resource.Broken = true;
                break;
            case DisasterKind.StartMode:
                resource.Start = (StartMode)action.Mode;
                World.Happened(resource.Start switch { StartMode.Hang => Fault.AgentHangs, StartMode.Throw => Fault.AgentThrows, _ => Fault.StartFails });
                break;
            case DisasterKind.StopMode:
                resource.Stop = (StopMode)action.Mode;
                World.Happened(resource.Stop switch
                {
                    StopMode.Hang => Fault.AgentHangs,
                    StopMode.Throw => Fault.AgentThrows,
                    StopMode.LieSucceeded => Fault.AgentLies,
                    _ => Fault.StopFails,
                });
                break;
            case DisasterKind.ProbeMode:
                resource.Probe = (ProbeMode)action.Mode;
                World.Happened(resource.Probe switch { ProbeMode.Throw => Fault.AgentThrows, ProbeMode.LieRunning or ProbeMode.LieStopped => Fault.AgentLies, _ => Fault.AgentHangs });
                break;
            case DisasterKind.AgentTime:
                World.Happened(Fault.SlowAgent);
                resource.StartTime = resource.StopTime = action.Time;
                break;
            case DisasterKind.Readiness:
                World.Happened(Fault.ReadinessChanges);
                resource.Readiness = (Readiness)action.Mode;
                break;
            case DisasterKind.Replica when _plan.Groups[action.Choice / 8].ReplicatedData:
                World.Happened(Fault.ReplicaDiffers);
                resource.Replica = (ReplicaStatus)action.Mode;
                break;
            case DisasterKind.ProbeRequest:
                World.AskForProbe(node.Key, action.Choice / 8, action.Choice % 8);
                break;
            case DisasterKind.TwinFact:
                resource.TwinFact = [.. Enumerable.Range(1, action.Mode).Select(static i => (byte)i)];
                break;
            case DisasterKind.AgentsWork:
                AgentsWork(node);
                break;
            default:
                break;
        }
    }

    private static void AgentsWork(SimNode node)
    {
        foreach (var group in node.Resources)
        {
            foreach (var resource in group)
            {
                resource.Start = StartMode.Succeed;
                resource.Stop = StopMode.Succeed;
                resource.Probe = ProbeMode.Truth;
                resource.Readiness = Readiness.Ready;
                resource.StartTime = resource.StopTime = TimeSpan.FromMilliseconds(50);
            }
        }
    }

    private void DoOperator(DisasterAction action, SimNode node)
    {
        var group = action.Choice < _plan.Groups.Count ? _plan.Groups[action.Choice].Name.Value : null;
        var other = World.Nodes[1 - action.Node];
        switch (action.Kind)
        {
            case DisasterKind.Move:
                World.Happened(Fault.Move);
                World.Order(node.Key, CommandKind.Move, group, action.Mode switch { 1 => "a", 2 => "b", _ => null });
                break;
            case DisasterKind.Standby:
                World.Happened(Fault.Standby);
                World.Order(node.Key, CommandKind.Standby, node: World.Nodes[action.Choice].Name, flag: action.Mode != 0);
                break;
            case DisasterKind.Online:
                World.Order(node.Key, CommandKind.Online, node: World.Nodes[action.Choice].Name);
                break;
            case DisasterKind.Maintenance:
                World.Happened(Fault.Maintenance);
                World.Order(node.Key, CommandKind.Maintenance, flag: action.Mode != 0);
                break;
            case DisasterKind.ClearFailures:
                World.Order(node.Key, CommandKind.ClearFailures, group);
                break;
            case DisasterKind.ClearDivergence when group is not null:
                World.Happened(Fault.ClearDivergence);
                World.Order(node.Key, CommandKind.ClearDivergence, group, term: node.Disk.Term(group));
                break;
            case DisasterKind.Take:
                World.Happened(Fault.Take);
                World.Order(node.Key, CommandKind.Take, group, flag: true);
                break;
            case DisasterKind.ConfirmDown when !other.IsOn:
                World.Happened(Fault.ConfirmDown);
                Confirm(node, other, Token(node));
                break;
            case DisasterKind.LookAtToken when !other.IsOn:
                _tokens[action.Node] = Token(node);
                break;
            case DisasterKind.ConfirmStale when _tokens[action.Node] is { } token:
                World.Happened(Fault.StaleConfirmDown);
                Confirm(node, other, token);
                break;
            case DisasterKind.ConfirmFalsely:
                World.Happened(Fault.FalseConfirmDown);
                Confirm(node, other, Token(node));
                break;
            case DisasterKind.Mistake:
                World.Happened(Fault.OperatorMistake);
                Mistake(action, node, group);
                break;
            case DisasterKind.NetworkReach when node.Process is not null:
                World.Happened(Fault.NetworkLost);
                World.ReportNetwork(node.Key, (NetworkReach)action.Mode);
                break;
            default:
                break;
        }
    }

    /// <summary>What a person types in a hurry: none of it may do anything.</summary>
    private void Mistake(DisasterAction action, SimNode node, string? group)
    {
        switch (action.Mode)
        {
            case 0:
                World.Order(node.Key, CommandKind.None, group);
                break;
            case 1:
                World.Order(node.Key, CommandKind.Move, node: "a");
                break;
            case 2:
                World.Order(node.Key, CommandKind.Move, group, node: "c");
                break;
            case 3:
                World.Order(node.Key, CommandKind.Standby, node: "c");
                break;
            case 4:
                World.Order(node.Key, CommandKind.ConfirmDown, node: node.Name, token: Token(node));
                break;
            case 5:
                World.Order(node.Key, CommandKind.Take, group);
                break;
            case 6:
                World.Order(node.Key, CommandKind.ClearDivergence, group, term: node.Disk.Term(group!) + 1);
                break;
            default:
                World.Order(node.Key, CommandKind.ClearFailures);
                World.Order(node.Key, CommandKind.ClearDivergence);
                World.Order(node.Key, CommandKind.Take, flag: true);
                break;
        }
    }

    private static string? Token(SimNode node) => node.Process?.Machine.Snapshot.Nodes[1].ConfirmDownToken;

    private void Confirm(SimNode node, SimNode other, string? token) =>
        World.Order(node.Key, CommandKind.ConfirmDown, node: other.Name, token: token ?? "none");
}
