namespace HaCore.Engine;

/// <summary>
/// The state as it should be and as it is known to be on disk. One write at a time, the whole state each time. Versions count changes, so a
/// part can ask whether its last change is durable before anything depends on it (R1, H).
/// </summary>
internal sealed class DurableStore
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1); // a full disk is looked at again soon, not in a storm

    private readonly EngineContext _context;
    private readonly IReadOnlyList<PersistentGroup> _foreignGroups;
    private long _version;
    private long _durableVersion;
    private long _inFlight;
    private Instant _retryAt;
    private long _armedVersion;

    public DurableStore(EngineContext context, PersistentState state)
    {
        _context = context;
        Incarnation = state.Incarnation;
        PeerIncarnation = state.PeerIncarnation;
        PeerNonce = state.PeerNonce;
        LocalStandby = state.LocalStandby;
        Maintenance = state.Maintenance;
        MaintenanceRevision = state.MaintenanceRevision;
        ArmedBootId = state.ArmedBootId;
        var configured = context.Configuration.Groups;
        Groups = [.. configured.Select(g => new GroupRecord(state.Groups.FirstOrDefault(p => p.Name == g.Name.Value) ?? new PersistentGroup { Name = g.Name.Value }))];
        _foreignGroups = [.. state.Groups.Where(p => configured.All(g => g.Name.Value != p.Name))];
    }

    public uint Incarnation { get; set; }
    public uint PeerIncarnation { get; set; }
    public ulong PeerNonce { get; set; }
    public bool LocalStandby { get; set; }
    public bool Maintenance { get; set; }
    public uint MaintenanceRevision { get; set; }

    /// <summary>Boot on which the peer may have been told that this machine resets itself, and not yet heard that this is over; null = none.</summary>
    public string? ArmedBootId { get; private set; }
    public GroupRecord[] Groups { get; }

    /// <summary>The last write failed: nothing is taken until one succeeds.</summary>
    public bool IsFailing { get; private set; }

    /// <summary>Nothing waits to be written.</summary>
    public bool IsSettled => _durableVersion == _version;

    public bool IsDurable(long version) => _durableVersion >= version;

    /// <summary>A change, or a proof that the disk takes one: returns the version to wait for.</summary>
    public long Touch()
    {
        _context.SnapshotStale = true;
        return ++_version;
    }

    public void Touch(GroupRecord record) => record.Version = Touch();

    public bool IsArmedMarkDurable => ArmedBootId == _context.BootId && IsDurable(_armedVersion);

    public bool IsArmedMarkGone => ArmedBootId is null && IsDurable(_armedVersion);

    public void MarkArmed(bool armed)
    {
        var mark = armed ? _context.BootId : null;
        if (ArmedBootId != mark)
        {
            ArmedBootId = mark;
            _armedVersion = Touch();
            _context.Changed();
        }
    }

    /// <summary>Begins a write when something changed and none is under way.</summary>
    public void Flush()
    {
        if (_inFlight != 0 || _version == _durableVersion)
        {
            return;
        }

        if (IsFailing && _context.Now < _retryAt)
        {
            _context.Due(_retryAt);
            return;
        }

        _inFlight = _version;
        foreach (var record in Groups)
        {
            record.Written = record.Current;
        }

        _context.Out.Add(new Decision.Persist(_inFlight, new PersistentState
        {
            Incarnation = Incarnation,
            PeerIncarnation = PeerIncarnation,
            PeerNonce = PeerNonce,
            LocalStandby = LocalStandby,
            Maintenance = Maintenance,
            MaintenanceRevision = MaintenanceRevision,
            ArmedBootId = ArmedBootId,
            Groups = [.. Groups.Select(g => g.Current), .. _foreignGroups],
        }));
    }

    public void OnPersisted(ClusterEvent.Persisted persisted)
    {
        if (persisted.Write != _inFlight)
        {
            throw new InvalidOperationException($"write {persisted.Write} was answered while {_inFlight} is in flight");
        }

        _inFlight = 0;
        _context.SnapshotStale = true;
        if (persisted.Error is { } error)
        {
            _retryAt = _context.Now + RetryAfter;
            if (!IsFailing)
            {
                _context.Notice(NoticeKind.PersistFailed, NoticeLevel.Critical, "state", $"cannot be written ({error}): this node takes no group until it can");
            }

            IsFailing = true;
            return;
        }

        if (IsFailing)
        {
            _context.Notice(NoticeKind.PersistRecovered, NoticeLevel.Information, "state", "can be written again");
        }

        IsFailing = false;
        _durableVersion = persisted.Write;
        foreach (var record in Groups)
        {
            record.Durable = record.Written;
        }
    }
}

/// <summary>One group's part of the state: as it should be, and as it is on disk.</summary>
internal sealed class GroupRecord(PersistentGroup loaded)
{
    public PersistentGroup Current { get; set; } = loaded;

    /// <summary>What the write in flight carries.</summary>
    public PersistentGroup Written { get; set; } = loaded;

    /// <summary>What is known to be on disk: the only terms that frames show (R1).</summary>
    public PersistentGroup Durable { get; set; } = loaded;

    /// <summary>Version of the last change of this record.</summary>
    public long Version { get; set; }
}
