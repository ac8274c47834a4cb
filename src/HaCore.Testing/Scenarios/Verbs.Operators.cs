using HaCore.Engine;

namespace HaCore.Testing.Scenarios;

/// <content>The operator: the words of hactl, each accepted unless the line ends with "refused".</content>
internal static partial class Verbs
{
    internal static IEnumerable<Phrase<Verb>> Operators()
    {
        var commands = new (string Form, string Meaning, Func<PhraseArguments, ScenarioRun, ClusterEvent.Command> Command)[]
        {
            ("standby NODE", "Its groups move away.", static (a, r) => new(0, CommandKind.Standby) { Node = new(a.Text(1)) }),
            ("standby NODE --force", "Its groups stop even when the other node cannot take them.", static (a, r) => new(0, CommandKind.Standby) { Node = new(a.Text(1)), Flag = true }),
            ("online NODE", "Ends standby and damping.", static (a, r) => new(0, CommandKind.Online) { Node = new(a.Text(1)) }),
            ("maintenance on|off", "Both nodes only look.", static (a, r) => new(0, CommandKind.Maintenance) { Flag = a.Text(1) == "on" }),
            ("move GROUP NODE", "Moves it and keeps it there.", static (a, r) => new(0, CommandKind.Move) { Group = r.Group(a, 1), Node = new(a.Text(2)) }),
            ("move GROUP --auto", "Gives it back to its configured placement.", static (a, r) => new(0, CommandKind.Move) { Group = r.Group(a, 1) }),
            ("clear GROUP", "Forgets its failures on this node.", static (a, r) => new(0, CommandKind.ClearFailures) { Group = r.Group(a, 1) }),
            ("clear GROUP --divergence --term COUNT", "Clears the mark that both held it.", static (a, r) => new(0, CommandKind.ClearDivergence) { Group = r.Group(a, 1), Term = a.Number(2) }),
            ("confirm-down NODE", "With the token that the status shows now.", static (a, r) => new(0, CommandKind.ConfirmDown) { Node = new(a.Text(1)), Token = r.Token(a.Text(0)) }),
            ("confirm-down NODE --token noted", "With the token of an earlier `note token`.", static (a, r) => new(0, CommandKind.ConfirmDown) { Node = new(a.Text(1)), Token = r.NotedToken }),
            ("take GROUP", "Without accepting that data may be lost.", static (a, r) => new(0, CommandKind.Take) { Group = r.Group(a, 1) }),
            ("take GROUP --accept-data-loss", "Takes a group whose data here may be old.", static (a, r) => new(0, CommandKind.Take) { Group = r.Group(a, 1), Flag = true }),
        };
        foreach (var (form, meaning, command) in commands)
        {
            yield return new($"on NODE hactl {form}", meaning, (r, a) => r.Order(a.Text(0), command(a, r), mustAccept: true));
            yield return new($"on NODE hactl {form} refused", "The same, and it must be refused with a reason.", (r, a) => r.Order(a.Text(0), command(a, r), mustAccept: false));
        }

        yield return new("note token on NODE", "The token that its status shows is written down.", static (r, a) => r.NotedToken = r.Token(a.Text(0)));
    }
}
