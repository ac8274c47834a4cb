using System.Globalization;
using HaCore.Control.Contract;
using Spectre.Console;

namespace HaCore.Tool;

/// <summary>A snapshot as a person reads it: what is served where, then what it rests on, then what to do about it. Made for 80 columns.</summary>
internal static class StatusView
{
    private const int Indent = 2;

    public static void Draw(IAnsiConsole console, SnapshotDocument snapshot)
    {
        console.MarkupLine($"Cluster [bold]{Text(snapshot.Cluster)}[/], seen from [bold]{Text(snapshot.LocalNode)}[/]: {Health(snapshot)}");
        console.WriteLine();
        if (snapshot.Nodes.Count == 0)
        {
            console.WriteLine("The host has not started its cluster yet.");
            return;
        }

        DrawNodes(console, snapshot);
        console.WriteLine();
        DrawLinks(console, snapshot);
        foreach (var group in snapshot.Groups)
        {
            console.WriteLine();
            DrawGroup(console, snapshot, group);
        }

        DrawList(console, "Conditions", snapshot.Conditions, "yellow");
        DrawList(console, "What you can do", [.. Hints(snapshot)], null);
    }

    private static string Health(SnapshotDocument snapshot)
    {
        var word = snapshot.Health switch
        {
            SnapshotHealth.Good => "[green]good[/]",
            SnapshotHealth.Degraded => "[yellow]degraded[/]",
            SnapshotHealth.Down => "[red bold]down[/]",
            _ => Text(snapshot.Health),
        };
        return word + (snapshot.Maintenance ? " [yellow](maintenance)[/]" : "") + (snapshot.HasSession || snapshot.Nodes.Count == 0 ? "" : " [yellow](no session with the peer)[/]");
    }

    private static void DrawNodes(IAnsiConsole console, SnapshotDocument snapshot)
    {
        var table = NewTable("Node", "State", "Starts", "");
        foreach (var node in snapshot.Nodes)
        {
            var remark = node.Local ? "this node" : node.SilentForSeconds is { } silent && !snapshot.HasSession ? $"silent for {Duration(silent)}" : "";
            var start = node.Incarnation == 0 ? "never heard" : string.Create(CultureInfo.InvariantCulture, $"{node.Incarnation}");
            table.AddRow($"[bold]{Text(node.Node)}[/]", Colored(node.State, StateColor(node.State)), start, remark);
        }

        console.Write(table);
    }

    private static void DrawLinks(IAnsiConsole console, SnapshotDocument snapshot)
    {
        var table = NewTable("Link", "State", "Heard", "Round trip", "Lost", "Late", "Refused");
        foreach (var link in snapshot.Links)
        {
            table.AddRow(
                $"[bold]{Text(link.Link)}[/]",
                link.Alive ? "[green]alive[/]" : "[red]silent[/]",
                link.LastHeardSeconds is { } heard ? $"{Duration(heard)} ago" : "never",
                link.RoundTripSeconds is { } trip ? Duration(trip) : "-",
                Number(link.Lost), Number(link.Late), Number(link.Rejected));
            foreach (var member in link.Members)
            {
                table.AddRow($"  {Text(member.Member)}", member.Alive ? "[green]alive[/]" : "[red]silent[/]", member.Active ? "active" : "in reserve", "", "", "", "");
            }
        }

        console.Write(table);
        foreach (var (name, detail) in snapshot.Links.Select(link => (link.Link, link.Detail)).Concat(snapshot.Links.SelectMany(link => link.Members.Select(m => (Link: m.Member, m.Detail)))))
        {
            if (!string.IsNullOrEmpty(detail))
            {
                WriteIndented(console, $"{Text(name)}: {Text(detail)}", Indent);
            }
        }
    }

    private static void DrawGroup(IAnsiConsole console, SnapshotDocument snapshot, GroupDocument group)
    {
        var peer = snapshot.Nodes.FirstOrDefault(node => !node.Local)?.Node ?? "the peer";
        var place = (group.ActiveOn, group.PeerHold) switch
        {
            ({ } node, _) => $"active on [green]{Text(node)}[/]",
            (null, "Held") => $"[red bold]held by {Text(peer)} when it was last heard[/]",
            _ => "[red bold]active on no node[/]",
        };
        console.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"Group [bold]{Text(group.Group)}[/]: {place}, term {group.Term}"));
        WriteIndented(console, Text(group.Why), Indent);
        if (Remarks(group) is { Length: > 0 } remarks)
        {
            WriteIndented(console, remarks, Indent);
        }

        DrawResources(console, group);
    }

    private static string Remarks(GroupDocument group)
    {
        var remarks = new List<string>();
        if (group.Activity is not ("Active" or "Stopped"))
        {
            remarks.Add($"[yellow]{Text(group.Activity)}[/] here");
        }

        if (group.FailCount > 0)
        {
            remarks.Add($"[yellow]failed {group.FailCount} time{(group.FailCount == 1 ? "" : "s")} here[/]");
        }

        if (group.Pinned is { } pinned)
        {
            remarks.Add($"kept on {Text(pinned)} by an operator");
        }

        if (group.Diverged)
        {
            remarks.Add(group.ProposedVictim is { } victim ? $"[red bold]diverged, {Text(victim)} stopped it[/]" : "[red bold]diverged[/]");
        }

        return string.Join(", ", remarks);
    }

    private static void DrawResources(IAnsiConsole console, GroupDocument group)
    {
        var table = NewTable("Resource", "Type", "State here", "Readiness here");
        foreach (var resource in group.Resources)
        {
            table.AddRow($"[bold]{Text(resource.Resource)}[/]", Text(resource.Type), Colored(resource.State, StateColor(resource.State)), Colored(resource.Readiness, StateColor(resource.Readiness)));
        }

        console.Write(new Padder(table, new Padding(Indent, 0, 0, 0)));
        foreach (var resource in group.Resources)
        {
            var facts = string.Join(", ", resource.Facts.Select(fact => $"{fact.Name} {fact.Value}"));
            var words = string.Join("; ", new[] { resource.Detail, facts }.Where(part => !string.IsNullOrEmpty(part)));
            if (words.Length > 0)
            {
                WriteIndented(console, $"{Text(resource.Resource)}: {Text(words)}", 2 * Indent);
            }
        }
    }

    private static void DrawList(IAnsiConsole console, string title, IReadOnlyList<string> lines, string? color)
    {
        if (lines.Count == 0)
        {
            return;
        }

        console.WriteLine();
        console.MarkupLine(color is null ? title : $"[{color}]{title}[/]");
        var list = new Grid().AddColumn(new GridColumn { Padding = new Padding(Indent, 0, 1, 0), NoWrap = true }).AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var line in lines)
        {
            list.AddRow("-", Text(line));
        }

        console.Write(list);
    }

    private static IEnumerable<string> Hints(SnapshotDocument snapshot)
    {
        foreach (var node in snapshot.Nodes)
        {
            if (node.ConfirmDownToken is not null && node.State is not ("Detached" or "Left"))
            {
                yield return $"When {node.Node} is known to be off: hactl confirm-down {node.Node}";
            }

            if (node.State == "Standby")
            {
                yield return $"To let {node.Node} take groups again: hactl online {node.Node}";
            }
        }

        if (snapshot.Maintenance)
        {
            yield return "To end the maintenance: hactl maintenance off";
        }

        foreach (var group in snapshot.Groups)
        {
            if (group.Diverged)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"When the data of {group.Group} was looked at: hactl clear {group.Group} --divergence --term {group.Term}");
            }

            if (group.Activity == "Unclean" || group.FailCount > 0)
            {
                yield return $"When the cause is mended: hactl clear {group.Group}";
            }
        }
    }

    private static Table NewTable(params string[] headings)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var heading in headings)
        {
            var column = new TableColumn($"[grey]{heading}[/]") { Padding = new Padding(0, 0, 2, 0) };
            if (heading is "Lost" or "Late" or "Refused")
            {
                column.Alignment = Justify.Right;
            }

            table.AddColumn(column);
        }

        return table;
    }

    private static void WriteIndented(IAnsiConsole console, string markup, int indent) =>
        console.Write(new Padder(new Markup(markup), new Padding(indent, 0, 0, 0)));

    private static string StateColor(string state) => state switch
    {
        "Online" or "Running" or "Ready" => "green",
        "Unclean" or "Lost" or "Failed" => "red",
        "Stopped" or "Left" => "default",
        _ => "yellow",
    };

    private static string Colored(string text, string color) => $"[{color}]{Text(text)}[/]";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(string text) => Markup.Escape(Plain.Line(text));

    public static string Duration(double seconds) => seconds switch
    {
        < 0.001 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e6:0} µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1e3:0.#} ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0} d"),
    };
}

/// <summary>Foreign text for a terminal: one line, and nothing in it that a terminal would obey.</summary>
internal static class Plain
{
    public static string Line(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)) : text;
}
