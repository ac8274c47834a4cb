namespace HaCore.Engine;

/// <summary>One resource on this node: what was last observed, and the one operation that may be under way.</summary>
internal sealed class ResourceSlot(ResourceConfiguration configuration, int index)
{
    public ResourceConfiguration Configuration => configuration;
    public int Index => index;
    public ResourceState State { get; set; }
    public Readiness Readiness { get; set; }
    public ReplicaStatus Replica { get; set; }
    public string? Detail { get; set; }
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; set; } = [];
    public ulong Twin { get; set; }
    public byte TwinLength { get; set; }

    /// <summary>Id of the operation under way; 0 = none.</summary>
    public long Operation { get; set; }
    public OperationKind Kind { get; set; }

    /// <summary>The operation under way was cancelled: its answer still comes.</summary>
    public bool IsCancelled { get; set; }
    public bool IsPrepared { get; set; } = !configuration.HasPrepare;

    /// <summary>A probe is wanted now, not at the next interval.</summary>
    public bool ProbeWanted { get; set; } = true;
    public Instant NextProbe { get; set; }

    /// <summary>Unknown probes in a row.</summary>
    public int UnknownProbes { get; set; }

    /// <summary>Runs, and is to be started again all the same: Start is idempotent and announces again (rule L).</summary>
    public bool StartAgain { get; set; }

    /// <summary>The last stop was believed: no probe has looked since.</summary>
    public bool IsStopUnseen { get; set; }

    /// <summary>Stopped by its agent's word; a probe is to confirm it.</summary>
    public bool StopUnconfirmed { get; set; }

    /// <summary>Rule S: its stop failed.</summary>
    public bool StopFailed { get; set; }

    /// <summary>False from the end of maintenance until a probe that began after it has answered (rule W).</summary>
    public bool IsLooked { get; set; } = true;

    /// <summary>The probe under way began after the end of maintenance.</summary>
    public bool IsLook { get; set; }

    public bool IsBusy => Operation != 0;

    public void Observe(in ProbeResult probe)
    {
        IsStopUnseen = false;
        State = probe.State;
        Readiness = probe.Readiness;
        Replica = probe.Replica;
        Detail = probe.Detail;
        Facts = probe.Facts ?? [];
        var bytes = probe.TwinFact.Span;
        TwinLength = (byte)Math.Min(bytes.Length, ProbeResult.TwinFactBytesMax);
        ulong twin = 0;
        for (var i = 0; i < TwinLength; i++)
        {
            twin |= (ulong)bytes[i] << (8 * i);
        }

        Twin = twin;
    }
}
