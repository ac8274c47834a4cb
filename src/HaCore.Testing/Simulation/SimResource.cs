using HaCore.Engine;

namespace HaCore.Testing.Simulation;

internal enum StartMode
{
    Succeed = 0,
    Retryable,
    RetryableLeavingIt,   // fails, and something of it stays active
    NotOnThisNode,
    NotAnywhere,
    HeldByPeer,
    Hang,
    Throw,
}

internal enum StopMode
{
    Succeed = 0,
    Fail,
    Hang,
    LieSucceeded,
    Throw,
}

internal enum ProbeMode
{
    Truth = 0,
    Unknown,
    Hang,
    LieStopped,
    LieRunning,
    Throw,
}

/// <summary>One resource on one machine: the truth about it, and an agent that can be told how to behave.</summary>
internal sealed class SimResource(string name)
{
    public string Name { get; } = name;

    /// <summary>Is anything of it active on this machine? True from the order to start on; survives the program.</summary>
    public bool Active { get; set; }

    /// <summary>Active and not working.</summary>
    public bool Broken { get; set; }
    public StartMode Start { get; set; }
    public StopMode Stop { get; set; }
    public ProbeMode Probe { get; set; }
    public Readiness Readiness { get; set; } = Readiness.Ready;
    public ReplicaStatus Replica { get; set; }

    /// <summary>What this side tells the agent on the other node.</summary>
    public byte[] TwinFact { get; set; } = [];
    public TimeSpan StartTime { get; set; } = TimeSpan.FromMilliseconds(50);
    public TimeSpan StopTime { get; set; } = TimeSpan.FromMilliseconds(50);
    public TimeSpan ProbeTime { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>What the shell allows one operation: a hang ends as Unknown after it.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    public Decision.Operate? Running { get; set; }

    /// <summary>Its agent said that it runs, and it did not: whoever believes that holds what nobody runs.</summary>
    public bool IsImagined { get; set; }

    public TimeSpan Duration(OperationKind kind) => kind switch
    {
        OperationKind.Unknown => TimeSpan.Zero,
        OperationKind.Probe => Probe == ProbeMode.Hang ? Timeout : ProbeTime,
        OperationKind.Prepare => ProbeTime,
        OperationKind.Start => Start == StartMode.Hang ? Timeout : StartTime,
        OperationKind.Stop => Stop == StopMode.Hang ? Timeout : StopTime,
    };

    /// <summary>Effects that exist from the order on: whoever is told to start may be active at once.</summary>
    public void Ordered(OperationKind kind)
    {
        if (kind == OperationKind.Start)
        {
            Active = true;
        }
    }

    /// <summary>A node that lacks what a start needs cannot prepare either.</summary>
    public bool PrepareFails => Start is StartMode.NotOnThisNode or StartMode.Throw;

    public ClusterEvent.OperationCompleted Finish(Decision.Operate operation, bool cancelled)
    {
        Running = null;
        var result = operation.Kind switch
        {
            OperationKind.Unknown => OperationResult.Succeeded,
            OperationKind.Probe => OperationResult.Succeeded,
            OperationKind.Prepare => PrepareFails ? OperationResult.NotOnThisNode("not here") : OperationResult.Succeeded,
            OperationKind.Start => cancelled ? OperationResult.Unknown("cancelled") : FinishStart(),
            OperationKind.Stop => cancelled ? OperationResult.Unknown("cancelled") : FinishStop(),
        };
        var probe = operation.Kind == OperationKind.Probe
            ? cancelled ? ProbeResult.Unknown("cancelled") : Look()
            : default;
        return new ClusterEvent.OperationCompleted(operation.Operation, result, probe);
    }

    private OperationResult FinishStart()
    {
        Active = Start is StartMode.Succeed or StartMode.RetryableLeavingIt or StartMode.Hang or StartMode.Throw;
        Broken = Active && Start != StartMode.Succeed;
        return Start switch
        {
            StartMode.Succeed => OperationResult.Succeeded,
            StartMode.Retryable => OperationResult.Retryable("did not start"),
            StartMode.RetryableLeavingIt => OperationResult.Retryable("started in part"),
            StartMode.NotOnThisNode => OperationResult.NotOnThisNode("not here"),
            StartMode.NotAnywhere => OperationResult.NotAnywhere("bad configuration"),
            StartMode.HeldByPeer => OperationResult.HeldByPeer("the peer answers on it"),
            StartMode.Hang => OperationResult.Unknown("timed out"),
            StartMode.Throw => OperationResult.Unknown("start threw IOException: Input/output error"),
        };
    }

    private OperationResult FinishStop()
    {
        switch (Stop)
        {
            case StopMode.Succeed:
                Active = false;
                Broken = false;
                return OperationResult.Succeeded;
            case StopMode.LieSucceeded:
                return OperationResult.Succeeded;
            case StopMode.Fail:
                return Active ? OperationResult.Retryable("still in use") : OperationResult.Succeeded;
            case StopMode.Hang:
                return OperationResult.Unknown("timed out");
            case StopMode.Throw:
                return OperationResult.Unknown("stop threw IOException: Input/output error");
            default:
                throw new InvalidOperationException();
        }
    }

    private ProbeResult Look()
    {
        var truth = !Active ? ProbeResult.Stopped : Broken ? ProbeResult.Failed("it does not answer") : ProbeResult.Running;
        var seen = Probe switch
        {
            ProbeMode.Truth => truth,
            ProbeMode.Unknown => ProbeResult.Unknown("cannot tell"),
            ProbeMode.Hang => ProbeResult.Unknown("timed out"),
            ProbeMode.LieStopped => ProbeResult.Stopped,
            ProbeMode.LieRunning => ProbeResult.Running,
            ProbeMode.Throw => ProbeResult.Unknown("probe threw IOException: Input/output error"),
        };
        IsImagined |= seen.State == ResourceState.Running && !Active;
        return seen.State == ResourceState.Unknown ? seen : seen with { Readiness = Readiness, TwinFact = TwinFact, Replica = IsImagined ? ReplicaStatus.Unknown : Replica };
    }
}
