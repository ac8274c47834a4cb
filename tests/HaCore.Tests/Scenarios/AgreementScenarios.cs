using HaCore.Engine;
using HaCore.Testing.Simulation;

namespace HaCore.Tests.Scenarios;

/// <summary>Rule R1: a hold is taken in a session only where both nodes say the same term.</summary>
public sealed class AgreementScenarios
{
    [Fact]
    [Trait("Rule", "R1")]
    public void The_owner_takes_nothing_while_the_peer_says_another_term()
    {
        var world = new World().StartBoth();
        world.MustAccept("a", CommandKind.Move, "web", "b");
        world.ExpectActive("web", "b", within: 30.Seconds());
        world.MustAccept("b", CommandKind.Move, "web", "a");
        world.ExpectActive("web", "a", within: 30.Seconds());
        world.RunUntilQuiet();
        world.PowerOff("a");
        world.PowerOff("b");
        world.OnTheWire = static (sender, frame) =>
        {
            // As if b had not heard of the last hand-overs: free there, in a term that is over.
            frame.Groups[0].Term = sender.Name == "b" ? 0 : frame.Groups[0].Term;
            return true;
        };
        world.Start("a");
        world.Start("b");
        world.RunUntil(() => world.Status("a").HasSession, 1.Minutes(), "they meet");
        world.ExpectNeverActive("web", "a", 1.Minutes());
        world.OnTheWire = null;
        world.ExpectActive("web", "a", within: 30.Seconds());
    }
}
