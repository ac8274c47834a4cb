using System.Globalization;
using HaCore;

namespace TwoNodeCluster.Demo;

/// <summary>What a node says about itself: one line on its standard output for each change.</summary>
/// <param name="State">Is it in?</param>
/// <param name="Session">Do the nodes hear each other?</param>
/// <param name="Hold">Does it hold the group?</param>
/// <param name="Activity">What the group does there.</param>
/// <param name="Term">Its ownership term.</param>
/// <param name="Diverged">Is the group marked because both nodes held it at once?</param>
/// <param name="LinksAlive">Names of the links that live.</param>
internal sealed record NodeStatus(MemberState State, bool Session, HoldState Hold, GroupActivity Activity, long Term, bool Diverged, string LinksAlive)
{
    private const string Mark = "@status";

    public bool HasLink(string name) => LinksAlive.Split(',').Contains(name);

    public static NodeStatus From(ClusterSnapshot snapshot)
    {
        GroupSnapshot? group = snapshot.Groups.Count > 0 ? snapshot.Groups[0] : null; // none before the engine runs
        return new NodeStatus(
            snapshot.Nodes.Count > 0 ? snapshot.Nodes[0].State : MemberState.Unknown,
            snapshot.HasSession,
            group?.LocalHold ?? HoldState.Unknown,
            group?.Activity ?? GroupActivity.Unknown,
            group?.Term ?? 0,
            group?.Diverged ?? false,
            string.Join(',', snapshot.Links.Where(link => link.Alive).Select(link => link.Link.Value)));
    }

    public string ToLine() =>
        string.Create(CultureInfo.InvariantCulture, $"{Mark} {State} {Session} {Hold} {Activity} {Term} {Diverged} {LinksAlive}");

    /// <summary>Null if the line is an ordinary line of the log.</summary>
    public static NodeStatus? Parse(string line)
    {
        string[] words = line.Split(' ');
        return words is [Mark, var state, var session, var hold, var activity, var term, var diverged, var links]
            && Enum.TryParse(state, out MemberState memberState)
            && bool.TryParse(session, out bool hasSession)
            && Enum.TryParse(hold, out HoldState holdState)
            && Enum.TryParse(activity, out GroupActivity groupActivity)
            && long.TryParse(term, CultureInfo.InvariantCulture, out long termNumber)
            && bool.TryParse(diverged, out bool isDiverged)
            ? new NodeStatus(memberState, hasSession, holdState, groupActivity, termNumber, isDiverged, links)
            : null;
    }
}
