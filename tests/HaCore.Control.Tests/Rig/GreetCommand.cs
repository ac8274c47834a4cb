using System.Globalization;

namespace HaCore.Control.Tests.Rig;

/// <summary>A package's command with every kind of parameter.</summary>
internal sealed class GreetCommand : IOperatorCommand
{
    public string Name => "greet-node";

    public string Description => "Greets a node.";

    public IReadOnlyList<OperatorCommandParameter> Parameters { get; } =
    [
        new() { Name = "name", Description = "Whom.", Kind = OperatorCommandParameterKind.Argument, IsRequired = true },
        new() { Name = "times", Description = "How often, 1 to 9.", Default = "1" },
        new() { Name = "loud", Description = "Aloud.", Kind = OperatorCommandParameterKind.Flag },
    ];

    public ValueTask<OperatorCommandResult> ExecuteAsync(OperatorCommandContext context, CancellationToken cancellationToken)
    {
        var name = context.Arguments["name"];
        if (name == "bug")
        {
            throw new InvalidOperationException("a bug");
        }

        var times = int.Parse(context.Arguments["times"], CultureInfo.InvariantCulture);
        var greetings = string.Concat(Enumerable.Repeat($"hello {name}\n", times));
        return ValueTask.FromResult(new OperatorCommandResult(7, $"{greetings}loud: {context.Arguments["loud"]}, by {context.Caller}"));
    }
}
