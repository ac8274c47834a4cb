using TwoNodeCluster.Demo.Screen;

namespace TwoNodeCluster.Demo;

/// <summary>One row of the table at the end.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Answers">The node that answers after it.</param>
/// <param name="Outage">What the client felt; null where there was no service before.</param>
/// <param name="Moved">Did the service change its node?</param>
internal sealed record DemoStep(string Event, string Answers, TimeSpan? Outage, bool Moved);

/// <summary>What is done to the cluster, one thing after the other, and what must come of it.</summary>
internal sealed class DemoScript(DemoStage stage, IDemoScreen screen)
{
    private const string Preferred = DemoStage.Preferred;
    private const string Other = DemoStage.Other;

    private readonly List<DemoStep> _steps = [];

    private DemoTimes Times => stage.Times;

    /// <exception cref="DemoFailedException">A step went otherwise than it must.</exception>
    public async Task<IReadOnlyList<DemoStep>> PlayAsync()
    {
        await FirstStartAsync();
        await KillAsync();
        await ReturnAsync("killed node returns", $"{Preferred} starts again; it is the preferred node, so the service is handed back as soon as it is ready.");
        foreach (IDemoCable cable in stage.Cables)
        {
            await CutAsync(cable);
        }

        await StopAsync();
        await ReturnAsync("stopped node returns", $"{Preferred} starts again and gets its service back.");
        if (NodeProcess.CanFreeze)
        {
            await FreezeAsync();
        }

        return _steps;
    }

    private async Task FirstStartAsync()
    {
        screen.Announce($"Both nodes start; {Preferred} is the preferred one and takes the service.");
        stage.Start(Preferred);
        stage.Start(Other);
        await SettleAsync(Preferred, Other, Times.Patience);
        _steps.Add(new DemoStep("first start", Preferred, null, Moved: false));
        screen.Felt($"{Preferred} answers at http://127.0.0.1:{stage.Address.Port}/ (try it with curl).");
    }

    private async Task KillAsync()
    {
        screen.Announce($"The process of {Preferred}, which runs the service, is killed (kill -9): it cannot say goodbye.");
        stage.Client.StartMeasuring();
        stage[Preferred].Kill();
        await stage.ExpectAsync(
            $"{Other} answers the client and holds the group",
            () => stage.Client.Answering == Other && stage.Runs(Other),
            Times.Patience);
        Judge("active node killed", Other, Times.DeadTime + DemoTimes.BusyComputer, moved: true);
    }

    private async Task ReturnAsync(string name, string sentence)
    {
        screen.Announce(sentence);
        stage.Client.StartMeasuring();
        stage.Start(Preferred);
        await SettleAsync(Preferred, Other, Times.Patience);
        Judge(name, Preferred, DemoTimes.BusyComputer, moved: true);
    }

    private async Task CutAsync(IDemoCable cable)
    {
        screen.Announce($"The cable \"{cable.Name}\" is cut in both directions; {(stage.Cables.Count > 2 ? "the others still carry" : "the other one still carries")} the heartbeats.");
        long term = stage[Preferred].Status!.Term;
        stage.Client.StartMeasuring();
        cable.Cut();
        await stage.ExpectAsync($"both nodes report the link {cable.Name} as lost", () => stage.Nodes.All(node => !node.Status!.HasLink(cable.Name)), Times.Patience);
        await stage.PauseAsync(Times.DeadTime); // long enough for a wrong takeover to show
        cable.Repair();
        await stage.ExpectAsync($"both nodes report the link {cable.Name} as working again", () => stage.Nodes.All(node => node.Status!.HasLink(cable.Name)), Times.Patience);
        if (!stage.Runs(Preferred) || !stage.Rests(Other) || stage[Preferred].Status!.Term != term)
        {
            throw new DemoFailedException($"Expected: a lost link is a warning and never a takeover; {Preferred} keeps the service in term {term}.");
        }

        Judge($"cable {cable.Name} cut and repaired", Preferred, DemoTimes.BusyComputer, moved: false);
    }

    private async Task StopAsync()
    {
        screen.Announce($"{Preferred} is asked to stop, as for an update: it hands the service over before it leaves.");
        stage.Client.StartMeasuring();
        stage[Preferred].AskToStop();
        await stage.ExpectAsync(
            $"{Other} answers the client and {Preferred} ends with exit code 0",
            () => stage.Client.Answering == Other && stage.Runs(Other) && stage[Preferred] is { HasExited: true, ExitCode: 0 },
            Times.Patience);
        Judge("active node stopped in order", Other, DemoTimes.BusyComputer, moved: true);
    }

    /// <summary>The last step, because it leaves a mark that only a human may clear: without fencing, both held the group for a moment.</summary>
    private async Task FreezeAsync()
    {
        screen.Announce($"{Preferred} freezes for {DemoReport.Seconds(Times.Freeze)} (SIGSTOP), as a paused virtual machine does, and then goes on as if nothing had happened.");
        stage.Client.StartMeasuring();
        stage[Preferred].Freeze();
        await stage.PauseAsync(Times.Freeze);
        await stage.ExpectAsync(
            $"{Other} answers the client and holds the group",
            () => stage.Client.Answering == Other && stage.Runs(Other),
            Times.Patience);
        stage[Preferred].Thaw();
        await stage.ExpectAsync(
            $"{Preferred} finds out that it is late and stops its service; {Other} goes on",
            () => stage.Rests(Preferred) && stage.InSession(Preferred) && stage.Runs(Other) && stage.Client.Answering == Other,
            Times.Patience);
        await stage.PauseAsync(Times.DeadTime); // long enough for a relapse to show
        if (!stage.Rests(Preferred) || !stage.Runs(Other))
        {
            throw new DemoFailedException($"Expected: {Other} keeps the service after {Preferred} woke up.");
        }

        screen.Felt(stage[Other].Status!.Diverged
            ? $"{Preferred} woke up, saw that it was late and stopped. Both held the service for a moment, as nothing had cut {Preferred} off: marked until a human has looked."
            : $"{Preferred} woke up, saw that it was late and stopped.");
        Judge("active node frozen, wakes late", Other, Times.DeadTime + DemoTimes.BusyComputer, moved: true);
    }

    /// <summary>Waits until one node runs the service, the other rests, and they hear each other on every cable.</summary>
    private async Task SettleAsync(string active, string passive, TimeSpan patience)
    {
        await stage.ExpectAsync(
            $"{active} answers the client and holds the group, {passive} does not, and they hear each other on every cable",
            () => stage.Client.Answering == active && stage.Runs(active) && stage.Rests(passive) && stage.InSession(active) && stage.InSession(passive)
                && stage.Nodes.All(node => stage.Cables.All(cable => node.Status!.HasLink(cable.Name))),
            patience);
    }

    private void Judge(string name, string expected, TimeSpan bound, bool moved)
    {
        ClientView felt = stage.Client.Read();
        if (felt.Node != expected || felt.Outage > bound)
        {
            throw new DemoFailedException(
                $"Expected: {expected} answers after an outage of at most {bound.TotalSeconds:0.0} s. Seen: {felt.Node ?? "nobody"} after {felt.Outage.TotalSeconds:0.00} s.");
        }

        _steps.Add(new DemoStep(name, expected, felt.Outage, moved));
        screen.Felt($"{expected} answers; the client felt {DemoReport.Seconds(felt.Outage)} (dead time {DemoReport.Seconds(Times.DeadTime)}).");
    }
}
