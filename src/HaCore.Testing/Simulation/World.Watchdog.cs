using HaCore.Engine;

namespace HaCore.Testing.Simulation;

/// <content>Self-fencing: the watchdog of each machine, kept alive by a program that runs, and what an engine's order to reset does.</content>
internal sealed partial class World
{
    private bool HasWatchdogs => _settings.SelfFencing is not null;

    /// <summary>The program stands still from now on: nobody keeps its watchdog alive.</summary>
    private void StarveWatchdog(SimProcess process)
    {
        if (!HasWatchdogs)
        {
            return;
        }

        var frozenAt = process.FrozenAt = Now;
        At(Now + _settings.WatchdogTimeout.Ticks, () =>
        {
            if (process.Node.Process == process && process.Frozen && process.FrozenAt == frozenAt)
            {
                Reset(process.Node, "the watchdog fires: its program stands still");
            }
        });
    }

    /// <summary>The program is gone without disarming: the watchdog fires unless another program keeps it alive by then.</summary>
    private void AbandonWatchdog(SimProcess process)
    {
        if (!HasWatchdogs || process.Exit is { MayDisarm: true })
        {
            return;
        }

        var (node, boot) = (process.Node, process.Node.Boot);
        At(Now + _settings.WatchdogTimeout.Ticks, () =>
        {
            if (node.IsOn && node.Boot == boot && node.Process is null)
            {
                Reset(node, "the watchdog fires: its program is gone");
            }
        });
    }

    private void Reset(SimNode node, string why)
    {
        Trace.Add(Now, node.Key, "* " + why);
        Resets++;
        Happened(Fault.WatchdogReset);
        PowerOff(node.Key);
        if (_settings.RebootAfterReset is { } delay)
        {
            Reboot(node, delay);
        }
    }
}
