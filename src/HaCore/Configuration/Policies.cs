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
