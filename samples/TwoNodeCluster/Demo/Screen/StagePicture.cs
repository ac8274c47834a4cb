using HaCore;
using Spectre.Console;

namespace TwoNodeCluster.Demo.Screen;

/// <summary>What the stage looks like at this moment.</summary>
internal static class StagePicture
{
    public static Table Nodes(DemoStage stage)
    {
        Table table = New("node", "process", "membership", "service", "term");
        foreach (string name in (string[])[DemoStage.Preferred, DemoStage.Other])
        {
            NodeProcess? node = stage.Find(name);
            NodeStatus? status = node is { HasExited: false } ? node.Status : null;
            table.AddRow(
                $"[bold]{name}[/]",
                Process(node),
                status is null ? "-" : $"{status.State}{(status.Session ? "" : ", [yellow]hears nobody[/]")}",
                Service(status),
                status is null ? "-" : $"{status.Term}{(status.Diverged ? " [red]diverged[/]" : "")}");
        }

        return table;
    }

    public static Table Cables(DemoStage stage)
    {
        Table table = New("link", "kind", "cable", $"heard by {DemoStage.Preferred}", $"heard by {DemoStage.Other}");
        for (int i = 0; i < stage.Cables.Count; i++)
        {
            IDemoCable cable = stage.Cables[i];
            table.AddRow(
                $"[bold]{i + 1} {cable.Name}[/]", cable.Kind, cable.IsCut ? "[red]cut[/]" : "whole", Hears(stage, DemoStage.Preferred, cable), Hears(stage, DemoStage.Other, cable));
        }

        return table;
    }

    public static Markup Client(DemoStage stage)
    {
        ClientView view = stage.Client.Read();
        string answer = view.Node is { } node ? $"[green]{node} answers[/]" : "[red]nobody answers[/]";
        return new Markup($"client of http://127.0.0.1:{stage.Address.Port}/: {answer}, longest outage of this step {DemoReport.Seconds(view.Outage)}");
    }

    private static Table New(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Rounded).BorderStyle(Style.Parse("grey")).Expand();
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn($"[grey]{column}[/]"));
        }

        return table;
    }

    private static string Process(NodeProcess? node) => node switch
    {
        null => "[grey]not started[/]",
        { HasExited: true } => "[red]ended[/]",
        { IsFrozen: true } => "[blue]frozen[/]",
        _ => "runs",
    };

    private static string Service(NodeStatus? status) => status switch
    {
        null => "-",
        { Hold: HoldState.Held, Activity: GroupActivity.Active } => "[green]active[/]",
        { Hold: HoldState.Held } => $"[yellow]{status.Activity}[/]",
        { Hold: HoldState.NotHeld } => "stopped",
        _ => "[yellow]not known[/]",
    };

    private static string Hears(DemoStage stage, string node, IDemoCable cable) =>
        stage.Find(node) is { HasExited: false, Status: { } status } ? status.HasLink(cable.Name) ? "[green]yes[/]" : "[red]no[/]" : "-";
}
