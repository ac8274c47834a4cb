namespace HaCore.Engine;

/// <summary>
/// The members of one composite link, as the composite reports them. A lost member is a lasting condition with its name while the link itself lives; when the
/// whole link is lost, that is what is told.
/// </summary>
internal sealed class LinkMemberTracker
{
    private readonly EngineContext _context;
    private readonly ConditionBoard _conditions;
    private readonly int _firstIndex;
    private readonly Member[] _members;

    public LinkMemberTracker(EngineContext context, ConditionBoard conditions, int link, IReadOnlyList<LinkId> members)
    {
        _context = context;
        _conditions = conditions;
        _firstIndex = link * EngineConfiguration.MembersMax;
        _members = [.. members.Select(name => new Member(name))];
    }

    public IReadOnlyList<LinkMemberSnapshot> Snapshots =>
        [.. _members.Select(member => new LinkMemberSnapshot { Link = member.Name, Alive = member.IsAlive, Active = member.IsActive, Detail = member.Detail })];

    public void OnChanged(ClusterEvent.LinkMemberChanged change)
    {
        var member = _members[change.Member];
        if (change.IsActive && !member.IsActive)
        {
            _context.Notice(NoticeKind.LinkMemberActive, NoticeLevel.Information, member.Name.Value, "carries the heartbeats of its link now");
        }

        (member.IsAlive, member.IsActive, member.Detail) = (change.IsAlive, change.IsActive, change.Detail);
        _context.SnapshotStale = true;
    }

    /// <summary>Tells what is lost now, and what no longer is.</summary>
    public void Advance(bool isLinkAlive)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            var member = _members[i];
            if (!isLinkAlive || member.IsAlive)
            {
                _conditions.End(NoticeKind.LinkMemberLost, _firstIndex + i, member.IsAlive ? "frames arrive again" : "its whole link is lost");
            }
            else if (member.Detail is { } detail)
            {
                _conditions.Begin(NoticeKind.LinkMemberLost, _firstIndex + i, NoticeLevel.Warning, member.Name.Value, detail);
            }

            // Else nothing can be said: what was lost and is open again is lost until it is heard, or a port that breaks at once would be told again and again.
        }
    }

    private sealed class Member(LinkId name)
    {
        public LinkId Name { get; } = name;
        public bool IsAlive { get; set; }
        public bool IsActive { get; set; }
        public string? Detail { get; set; }
    }
}
