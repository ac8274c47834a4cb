namespace HaCore;

/// <summary>When a group returns to its preferred node.</summary>
public enum FailbackPolicy
{
    /// <summary>Stays where it is until an operator moves it or a failure does.</summary>
    Never = 0,

    /// <summary>As soon as the preferred node is Ready.</summary>
    WhenReady,

    /// <summary>When the preferred node has been Ready for the failback delay without a break.</summary>
    AfterDelay,
}

/// <summary>What to do with replicated data when the peer is confirmed down but this node cannot know whether its copy is the newest (rule R6).</summary>
public enum ColdStartPolicy
{
    /// <summary>Wait for the peer, or for an operator.</summary>
    WaitForPeer = 0,

    /// <summary>Take over anyway: what the peer wrote last may be lost.</summary>
    TakeOver,
}

/// <summary>What to do with a group that both nodes held at the same time, once one of them has stopped it (rule C). Always: the loser stops at once.</summary>
public enum SplitBrainPolicy
{
    /// <summary>
    /// The group stays where it is and is marked as diverged: no failback and no automatic failover until an operator has looked at both copies of the data
    /// and clears the mark, naming the term.
    /// </summary>
    WaitForOperator = 0,

    /// <summary>
    /// What the loser wrote is given up: the mark goes as soon as the loser has stopped everything and the winner has seen it. For groups without data
    /// of their own, or whose data may be thrown away on one side by this name.
    /// </summary>
    DiscardLoser,
}
