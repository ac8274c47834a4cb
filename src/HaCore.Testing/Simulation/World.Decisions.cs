using HaCore.Engine;
using HaCore.Wire;

namespace HaCore.Testing.Simulation;

/// <content>What the shell, the disk, the agents, the wires and the fencing devices do with a decision.</content>
internal sealed partial class World
{
    private readonly byte[] _encoded = new byte[2048];

    private void Execute(SimProcess process, Decision decision)
    {
        if (process.Exit is not null)
        {
            throw Failed(Invariant.NoOverlap, $"{process.Node.Key}: something follows Exit: {Trace.Describe(decision)}");
        }

        Remember(process, decision);
        switch (decision)
        {
            case Decision.Send send:
                CheckFrame(process, send.Frame);
                Note(process, send);
                Transmit(process, send);
                break;
            case Decision.Persist persist:
                Write(process, persist);
                break;
            case Decision.Operate operate:
                Operate(process, operate);
                break;
            case Decision.Cancel cancel:
                Cancel(process, cancel.Operation);
                break;
            case Decision.Fence fence:
                Fence(process, fence);
                break;
            case Decision.Answer answer:
                if (!_answers.TryAdd(answer.Request, answer))
                {
                    throw Failed(Invariant.NoOverlap, $"{process.Node.Key}: a second answer to request {answer.Request}");
                }

                break;
            case Decision.Notice notice:
                JudgeVerdict(process, notice);
                JudgeTaking(process, notice);
                break;
            case Decision.SelfFence fence:
                Reset(process.Node, "resets itself: " + fence.Reason);
                break;
            case Decision.Exit exit:
                process.Exit = exit;
                EndProcess(process.Node, "exited");
                break;
            default:
                throw Failed("a decision that the world does not know: " + decision);
        }
    }

    private void Remember(SimProcess process, Decision decision)
    {
        var isRoutine = decision is Decision.Send
            || decision is Decision.Operate { Kind: OperationKind.Probe }
            || decision is Decision.Notice { Level: NoticeLevel.Debug };
        if (!isRoutine)
        {
            LastActionAt = Now;
            Note(process, decision);
            Trace.Add(Now, process.Node.Key, decision);
        }
    }

    private void Transmit(SimProcess process, Decision.Send send)
    {
        FrameCopy.Copy(send.Frame, process.LastSent);
        if (TraceFrames)
        {
            Trace.Add(Now, process.Node.Key, Describe(send.Frame, send.Links));
        }

        var bytes = 0;   // encoded once, unless a story changes the frame of one link
        for (var link = 0; link < _links.Length; link++)
        {
            if ((send.Links & (1u << link)) == 0 || !process.LinkOpen[link])
            {
                continue;
            }

            if (OnTheWire is not null)
            {
                bytes = 0;
            }

            Transmit(process.Node, send.Frame, link, ref bytes);
        }
    }

    private void Transmit(SimNode sender, Frame frame, int link, ref int bytes)
    {
        var direction = _links[link].Of(sender);
        if (direction.Cut)
        {
            return;
        }

        if ((direction.Loss > 0 && Random.NextDouble() < direction.Loss) || OnTheWire?.Invoke(sender, frame) == false)
        {
            Happened(Fault.Loss);
            return;
        }

        if (bytes == 0)
        {
            bytes = sender.Codec.Encode(frame, _encoded);
            Recorder?.Add(sender, frame, _encoded.AsSpan(0, bytes));
        }

        Deliver(sender, link, direction, _encoded.AsSpan(0, bytes));
        if (direction.Duplication > 0 && Random.NextDouble() < direction.Duplication)
        {
            Happened(Fault.Duplication);
            Deliver(sender, link, direction, _encoded.AsSpan(0, bytes));
        }
    }

    private void Deliver(SimNode sender, int link, SimDirection direction, ReadOnlySpan<byte> bytes)
    {
        var arrives = Now + direction.Delay.Ticks;
        if (direction.Jitter > TimeSpan.Zero)
        {
            arrives += (long)(direction.Jitter.Ticks * Random.NextDouble());
            if (arrives < direction.NewestArrival)
            {
                Happened(Fault.Reordering);
            }
        }

        direction.NewestArrival = Math.Max(direction.NewestArrival, arrives);
        var isCorrupt = direction.Corruption > 0 && Random.NextDouble() < direction.Corruption;
        foreach (var receiver in _nodes)
        {
            if (receiver == sender)
            {
                continue;
            }

            var carrier = _carriers.TryPop(out var free) ? free : new ClusterEvent.FrameReceived();
            carrier.Link = link;
            var verdict = isCorrupt ? DecodeCorrupt(receiver, bytes, carrier.Frame) : receiver.Codec.Decode(bytes, carrier.Frame);
            _agenda.Add(arrives, receiver, carrier, verdict);
        }
    }

    private void Arrive(SimNode receiver, ClusterEvent.FrameReceived carrier, FrameVerdict verdict)
    {
        if (receiver.Process is not { } process || !process.LinkOpen[carrier.Link] || (process.Frozen && !process.FramesWait))
        {
            _carriers.Push(carrier);
            return;
        }

        if (verdict == FrameVerdict.Accepted)
        {
            Post(process, carrier);
            return;
        }

        _carriers.Push(carrier);
        switch (verdict)
        {
            case FrameVerdict.OwnFrame:
                // As the shell does it: our own frame that came back is ordinary, unless another program uses this node's name.
                var own = process.LastSent;
                if (carrier.Frame.Incarnation > own.Incarnation || (carrier.Frame.Incarnation == own.Incarnation && carrier.Frame.Nonce != own.Nonce))
                {
                    Post(process, new ClusterEvent.ForeignSelf(carrier.Link));
                }

                break;
            case FrameVerdict.UnknownKey or FrameVerdict.BadSignature or FrameVerdict.UnsupportedVersion
                when Now - process.LastUnverified[carrier.Link] >= _settings.Times.HeartbeatInterval.Ticks:
                process.LastUnverified[carrier.Link] = Now;
                Post(process, new ClusterEvent.UnverifiedFrame(carrier.Link));
                break;
            case FrameVerdict.Unknown or FrameVerdict.Accepted or FrameVerdict.Malformed or FrameVerdict.OtherCluster:
            default:
                break;
        }
    }

    private void Write(SimProcess process, Decision.Persist persist)
    {
        var disk = process.Node.Disk;
        if (disk.InFlight is not null)
        {
            throw Failed(Invariant.NoOverlap, $"{process.Node.Key}: a second write while one is in flight");
        }

        disk.InFlight = persist;
        if (!disk.Hangs)
        {
            // A story may have released it from a disk that hung meanwhile.
            Later(disk.Latency, process, () => ReferenceEquals(disk.InFlight, persist) ? Written(process) : ClusterEvent.Tick.Instance);
        }
    }

    private ClusterEvent.Persisted Written(SimProcess process)
    {
        var disk = process.Node.Disk;
        var write = disk.InFlight ?? throw Failed("no write in flight");
        disk.InFlight = null;
        if (disk.Error is null)
        {
            CheckOnlyGrows(process.Node, disk.Durable, write.State);
            disk.Write(write.State);
        }

        return new ClusterEvent.Persisted(write.Write, disk.Error);
    }

    private void Operate(SimProcess process, Decision.Operate operate)
    {
        var resource = process.Node.Resources[operate.Group][operate.Resource];
        if (resource.Running is { } other)
        {
            throw Failed(Invariant.NoOverlap, $"{process.Node.Key}: {operate.Kind} of {resource.Name} while {other.Kind} runs");
        }

        if (operate.Kind == OperationKind.Start)
        {
            CheckStart(process, operate);
        }

        if (operate.Kind == OperationKind.Prepare && resource.PrepareFails)
        {
            Happened(Fault.PrepareFails);
        }

        resource.Running = operate;
        process.Operations.Add(operate.Operation, operate);
        resource.Ordered(operate.Kind);
        Later(resource.Duration(operate.Kind), process, () => Finished(process, operate, cancelled: false));
    }

    private static ClusterEvent Finished(SimProcess process, Decision.Operate operate, bool cancelled) =>
        process.Operations.Remove(operate.Operation)
            ? process.Node.Resources[operate.Group][operate.Resource].Finish(operate, cancelled)
            : ClusterEvent.Tick.Instance;   // answered before, by its cancellation

    private void Cancel(SimProcess process, long operation)
    {
        if (process.Operations.TryGetValue(operation, out var operate))
        {
            Later(TimeSpan.FromMilliseconds(5), process, () => Finished(process, operate, cancelled: true));
        }
    }

    private void Fence(SimProcess process, Decision.Fence fence)
    {
        if (process.FenceInFlight is not null)
        {
            throw Failed(Invariant.NoOverlap, $"{process.Node.Key}: a second fence while one is in flight");
        }

        process.FenceInFlight = fence;
        var device = process.Node.Fence;
        var mode = device.Mode;
        var time = mode == FenceMode.Hang ? device.Timeout : device.Latency;
        Happened(mode switch
        {
            FenceMode.Confirm or FenceMode.LieConfirmed => time > _settings.Times.DeadTime ? Fault.FenceConfirmsLate : Fault.None,
            FenceMode.Fail or FenceMode.Unknown => Fault.FenceFails,
            FenceMode.Hang => Fault.FenceHangs,
            FenceMode.OffButUnknown => Fault.FenceAnswerLost,
            FenceMode.HitsLate => Fault.FenceHitsLate,
        });
        var ordered = Now;
        if (mode is FenceMode.Confirm or FenceMode.OffButUnknown)
        {
            // The power goes before the answer; what was ordered happens even if the program that ordered it dies.
            At(Now + (time / 2).Ticks, () => CutPower(fence.Target.Value, device));
        }
        else if (mode == FenceMode.HitsLate)
        {
            At(Now + (time * 3).Ticks, () => CutPower(fence.Target.Value, device));
        }

        Later(time, process, () =>
        {
            if (_nodes.Exists(n => n.Name == fence.Target.Value && n.Process?.StartedAt > ordered))
            {
                Happened(Fault.FenceHitsRebootingNode);   // it was off and came back before the answer
            }

            process.FenceInFlight = null;
            return new ClusterEvent.FenceCompleted(fence.Attempt, Outcome(mode));
        });
    }

    private static FenceResult Outcome(FenceMode mode) => mode switch
    {
        FenceMode.Confirm => FenceResult.Confirmed("the outlet is off"),
        FenceMode.Fail => FenceResult.Failed("the outlet did not switch"),
        FenceMode.Unknown => FenceResult.Unknown("the device did not say"),
        FenceMode.Hang => FenceResult.Unknown("timed out"),
        FenceMode.LieConfirmed => FenceResult.Confirmed("the outlet is off, it says"),
        FenceMode.OffButUnknown => FenceResult.Unknown("the answer was lost"),
        FenceMode.HitsLate => FenceResult.Unknown("the outlet took the command and did not switch yet"),
    };

    private void CutPower(string target, SimFenceDevice device)
    {
        foreach (var node in _nodes.FindAll(n => n.Name == target))
        {
            PowerOff(node.Key);
            if (device.RebootAfter is { } delay)
            {
                Reboot(node, delay);
            }
        }
    }

    private void Reboot(SimNode node, TimeSpan delay) => At(Now + delay.Ticks, () =>
    {
        if (node.Process is null)
        {
            TryStart(node.Key);
        }
    });

    private static string Describe(Frame frame, uint links) =>
        $"SEND links {links:b} inc {frame.Incarnation} seq {frame.Sequence} echo {frame.EchoIncarnation}/{frame.EchoSequence} {frame.State} {frame.Flags} "
        + string.Join("; ", frame.Groups.Take(frame.GroupCount).Select(g =>
            $"term {g.Term} {g.Hold} {g.Readiness} {g.Flags} fails {g.FailCount} wanted {g.WantedRequest}>{g.WantedTarget} answered {g.WantedAnswer}"));
}
