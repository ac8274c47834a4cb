using TwoNodeCluster.Demo.Screen;

namespace TwoNodeCluster.Demo;

/// <summary>After the script, on a terminal: the user breaks things himself for a while, and is told how to look closer.</summary>
internal sealed class DemoKeys(DemoStage stage, IDemoScreen screen)
{
    // Long enough to read and think, short enough that a forgotten terminal does not keep two nodes running.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public async Task PlayAsync()
    {
        if (stage.Nodes.Any(node => node.Status is { Diverged: true }))
        {
            screen.Announce($"The mark is cleared, as by hactl clear {DemoStage.Group} --divergence: until then there is no automatic failover.");
            ClearMark();
        }

        screen.Announce($"Your turn: {Keys}. Ends by itself after {DemoReport.Seconds(Idle)} without a key.");
        long lastKey = stage.Time.GetTimestamp();
        while (stage.Time.GetElapsedTime(lastKey) < Idle)
        {
            if (!Console.KeyAvailable)
            {
                await stage.PauseAsync(Look);
                continue;
            }

            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.KeyChar is 'q' or 'Q' || key.Key == ConsoleKey.Escape)
            {
                break;
            }

            await PressAsync(key.KeyChar);
            lastKey = stage.Time.GetTimestamp();
        }
    }

    private string Keys => $"k kill, {(NodeProcess.CanFreeze ? "f freeze, " : "")}{string.Join(' ', Enumerable.Range(1, stage.Cables.Count))} cut a link, r repair everything, q quit";

    private async Task PressAsync(char key)
    {
        switch (key)
        {
            case 'k' or 'K' when Active() is { } active:
                await DoAsync($"{active.Name} is killed.", active.Kill);
                break;
            case 'f' or 'F' when NodeProcess.CanFreeze && Active() is { } active:
                await DoAsync($"{active.Name} is frozen; r lets it go on.", active.Freeze);
                break;
            case >= '1' and <= '9' when key - '1' < stage.Cables.Count:
                await CutAsync(stage.Cables[key - '1']);
                break;
            case 'r' or 'R':
                await DoAsync("Everything is repaired: cables whole, frozen nodes go on, dead ones start.", Repair);
                break;
            case 'k' or 'K' or 'f' or 'F':
                screen.Felt("No living node runs the service at the moment: r repairs.");
                break;
            default:
                screen.Felt($"Keys: {Keys}.");
                break;
        }
    }

    private Task CutAsync(IDemoCable cable) => cable.IsCut
        ? DoAsync($"The cable \"{cable.Name}\" is whole again.", cable.Repair)
        : DoAsync($"The cable \"{cable.Name}\" is cut.", cable.Cut);

    private async Task DoAsync(string what, Action act)
    {
        screen.Announce(what);
        stage.Client.StartMeasuring();
        act();
        await stage.PauseAsync(2 * stage.Times.DeadTime); // until what is to happen has happened
        ClientView felt = stage.Client.Read();
        screen.Felt(felt.Node is { } node
            ? $"{node} answers; the client felt {DemoReport.Seconds(felt.Outage)}."
            : $"Nobody answers for {DemoReport.Seconds(felt.Outage)} now.");
        if (stage.Nodes.FirstOrDefault(candidate => candidate is { HasExited: false, IsFrozen: false }) is { } witness
            && stage.ControlSocketOf(witness.Name) is { } socket)
        {
            screen.Felt($"Look closer: hactl --socket {socket} status");
        }
    }

    private void Repair()
    {
        foreach (IDemoCable cable in stage.Cables)
        {
            cable.Repair();
        }

        foreach (string name in (string[])[DemoStage.Preferred, DemoStage.Other])
        {
            if (stage[name].HasExited)
            {
                stage.Start(name);
            }
            else if (stage[name].IsFrozen)
            {
                stage[name].Thaw();
            }
        }

        ClearMark();
    }

    private void ClearMark()
    {
        foreach (NodeProcess node in stage.Nodes.Where(node => !node.HasExited))
        {
            node.AskToClear();
        }
    }

    private NodeProcess? Active() => stage.Nodes.FirstOrDefault(node => node is { HasExited: false, IsFrozen: false } && stage.Runs(node.Name));
}
