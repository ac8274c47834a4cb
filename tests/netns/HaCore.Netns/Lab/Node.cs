namespace HaCore.Netns.Lab;

/// <summary>The two nodes. Their numbers are the ids of their namespaces in the bridge's namespace.</summary>
internal enum Node
{
    A = 0,
    B = 1,
}

internal static class NodeNames
{
    public static readonly Node[] Both = [Node.A, Node.B];

    public static Node Peer(this Node node) => node switch { Node.A => Node.B, Node.B => Node.A };

    /// <summary>As the cluster knows it.</summary>
    public static string Name(this Node node) => node switch { Node.A => "node-a", Node.B => "node-b" };

    /// <summary>Default time to live of the node's kernel, and so of its answers to the client.</summary>
    public static byte TimeToLive(this Node node) => node switch { Node.A => 101, Node.B => 102 };

    /// <summary>Last byte of its own addresses.</summary>
    public static int HostNumber(this Node node) => node switch { Node.A => 11, Node.B => 12 };
}
