using HaCore.Engine;
using HaCore.Telemetry;
using HaCore.Wire;
using Microsoft.Extensions.Logging;

namespace HaCore.Hosting;

/// <summary>Carries out what the machine decided, in order, on the engine's thread: each decision is handed on, none is waited for.</summary>
internal sealed class DecisionExecutor
{
    private static readonly EventId OperationBegan = new(1224, nameof(OperationBegan));

    private readonly IReadOnlyList<LinkRunner> _links;
    private readonly FrameCodec _codec;
    private readonly byte[] _frame;
    private readonly OwnIdentity _identity;
    private readonly StateWriter _writer;
    private readonly AgentInvoker _agents;
    private readonly FencingRunner _fencing;
    private readonly SelfFencingGuard? _guard;
    private readonly AnswerBoard _answers;
    private readonly NoticeWriter _notices;
    private readonly NoticeFeed _feed;
    private readonly ClusterTelemetry _telemetry;

    public DecisionExecutor(
        IReadOnlyList<LinkRunner> links, FrameCodec codec, int frameBytesMax, OwnIdentity identity, StateWriter writer, AgentInvoker agents,
        FencingRunner fencing, SelfFencingGuard? guard, AnswerBoard answers, NoticeWriter notices, NoticeFeed feed, ClusterTelemetry telemetry)
    {
        _links = links;
        _codec = codec;
        _frame = new byte[frameBytesMax];
        _identity = identity;
        _writer = writer;
        _agents = agents;
        _fencing = fencing;
        _guard = guard;
        _answers = answers;
        _notices = notices;
        _feed = feed;
        _telemetry = telemetry;
    }

    /// <returns>The exit if it was decided; nothing after it is executed.</returns>
    public Decision.Exit? Execute(List<Decision> decisions)
    {
        foreach (var decision in decisions)
        {
            switch (decision)
            {
                case Decision.Send send:
                    Send(send);
                    break;
                case Decision.Persist persist:
                    _writer.Write(persist);
                    break;
                case Decision.Operate operate:
                    Explain(operate);
                    _agents.Begin(operate);
                    break;
                case Decision.Cancel cancel:
                    _agents.Cancel(cancel.Operation);
                    break;
                case Decision.Fence fence:
                    _fencing.Begin(fence);
                    break;
                case Decision.SelfFence reset:
                    return Reset(reset);
                case Decision.Answer answer:
                    _answers.Complete(answer.Request, new CommandAnswer(answer.Accepted, answer.Detail));
                    break;
                case Decision.Notice notice:
                    Note(notice);
                    break;
                case Decision.Exit exit:
                    return exit;
                default:
                    throw new InvalidOperationException($"Nobody carries out {decision.GetType().Name}.");
            }
        }

        return null;
    }

    /// <summary>The engine has ended and nobody counts on the reset of this machine.</summary>
    public void Release() => _guard?.Release();

    /// <summary>No frame goes out any more, not even one that waits.</summary>
    public void StopSending()
    {
        foreach (var link in _links)
        {
            link.StopSending(flush: false);
        }
    }

    // Silent first: a frame that leaves later would have the peer count from it. If the reset does not come at once, no keep-alive follows and the device's timeout does it.
    private Decision.Exit Reset(Decision.SelfFence reset)
    {
        StopSending();
        var guard = _guard ?? throw new InvalidOperationException($"This node is to reset itself and cannot: {reset.Reason}");
        guard.Reset(reset.Reason);
        return new Decision.Exit(clean: false, $"this machine resets itself: {reset.Reason}", mayDisarm: false);
    }

    private void Send(Decision.Send send)
    {
        _identity.Note(send.Frame);
        var bytes = _frame.AsSpan(0, _codec.Encode(send.Frame, _frame));
        for (var i = 0; i < _links.Count; i++)
        {
            if ((send.Links & (1u << i)) != 0)
            {
                _links[i].Offer(bytes);
            }
        }
    }

    // Probes are no decisions: they repeat, and would push everything else out of the feed.
    private void Explain(Decision.Operate operate)
    {
        if (operate.Kind != OperationKind.Probe)
        {
            _feed.Add(
                LogLevel.Debug, OperationBegan, _agents.NameOf(operate).Value,
                $"{operate.Kind} begins: {operate.Reason}, term {operate.Term}, peer {operate.PeerStatus}");
        }
    }

    private void Note(Decision.Notice notice)
    {
        if (notice.Kind == NoticeKind.Seize)
        {
            _telemetry.CountTakeover();
        }

        // Kept before it is logged: a log that blocks does not blind the operator.
        _feed.Add(NoticeWriter.ToLogLevel(notice.Level), NoticeWriter.IdOf(notice.Kind), notice.Subject, notice.Detail);
        _notices.Write(notice);
    }
}
