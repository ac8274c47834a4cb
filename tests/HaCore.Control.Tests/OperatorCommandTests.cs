using System.Text.Json;
using HaCore.Control.Contract;
using HaCore.Control.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HaCore.Control.Tests;

/// <summary>Commands that packages add.</summary>
public sealed class OperatorCommandTests
{
    [Fact]
    public async Task A_packages_command_is_listed_carried_out_and_audited()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(ha => ha.AddOperatorCommand<GreetCommand>());
        using var door = new DoorClient(nodes.Alpha.SocketPath);

        var listed = Assert.Single((await door.GetAsync("/clusters/pair/commands", ContractJson.Default.CommandsDocument)).Commands);
        var (status, body) = await door.PostAsync("/clusters/pair/commands/greet-node", """{"arguments":{"name":"beta","times":"2"}}""");
        var outcome = JsonSerializer.Deserialize(body, ContractJson.Default.ExecuteDocument)!;

        Assert.Equal(("greet-node", "argument option flag"), (listed.Name, string.Join(' ', listed.Parameters.Select(parameter => parameter.Kind))));
        Assert.Equal((200, 7), (status, outcome.ExitCode));
        Assert.StartsWith("hello beta\nhello beta\nloud: false, by ", outcome.Output, StringComparison.Ordinal);
        var record = Assert.Single(nodes.Alpha.Audit);
        Assert.Equal(("greet-node", "name=beta times=2", "exit code 7"), (record.GetStructuredStateValue("Command"), record.GetStructuredStateValue("Arguments"), record.GetStructuredStateValue("Outcome")));
    }

    [Theory]
    [InlineData("greet-node", """{"arguments":{}}""", 400, "name (missing) must be given")]
    [InlineData("greet-node", """{"arguments":{"name":"beta","color":"red"}}""", 400, "must be one of name, times, loud")]
    [InlineData("greet-node", """{"arguments":{"name":"beta","loud":"very"}}""", 400, "it is a flag")]
    [InlineData("greet-node", """{"arguments":{"name":null}}""", 400, "name (missing)")]
    [InlineData("greet-nobody", """{"arguments":{}}""", 404, "added are: greet-node")]
    [InlineData("greet-node", """{"arguments":{"name":"bug"}}""", 500, "greet-node failed in the host: a bug")]
    public async Task What_cannot_be_carried_out_is_told_and_audited(string command, string body, int expected, string detail)
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync(ha => ha.AddOperatorCommand<GreetCommand>());
        using var door = new DoorClient(nodes.Alpha.SocketPath);

        var (status, text) = await door.PostAsync($"/clusters/pair/commands/{command}", body);

        Assert.Equal(expected, status);
        Assert.Contains(detail, JsonSerializer.Deserialize(text, ContractJson.Default.AnswerDocument)!.Detail, StringComparison.Ordinal);
        Assert.Single(nodes.Alpha.Audit);
    }

    [Theory]
    [InlineData("Greet", "lower-case")]
    [InlineData("greet--node", "lower-case")]
    [InlineData("9lives", "lower-case")]
    [InlineData("standby", "has the name of a command of hactl itself")]
    [InlineData("greet-node", "is added twice")]
    public async Task A_name_that_cannot_be_typed_or_is_taken_stops_the_start(string name, string expected)
    {
        await using var nodes = new DoorNodes();
        var host = nodes.Alpha.Build(ha => ha.AddOperatorCommand<GreetCommand>().AddOperatorCommand(new Named(name, [])));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains(expected, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_that_cannot_be_told_apart_stop_the_start_all_at_once()
    {
        await using var nodes = new DoorNodes();
        var host = nodes.Alpha.Build(ha => ha.AddOperatorCommand(new Named("odd",
        [
            new() { Name = "socket", Description = "hactl's own" },
            new() { Name = "loud", Description = "a flag with a default", Kind = OperatorCommandParameterKind.Flag, Default = "true" },
            new() { Name = "first", Description = "optional", Kind = OperatorCommandParameterKind.Argument },
            new() { Name = "second", Description = "required", Kind = OperatorCommandParameterKind.Argument, IsRequired = true },
        ])));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(3, refused.Failures.Count());
    }

    private sealed class Named(string name, IReadOnlyList<OperatorCommandParameter> parameters) : IOperatorCommand
    {
        public string Name => name;

        public string Description => "Does nothing.";

        public IReadOnlyList<OperatorCommandParameter> Parameters => parameters;

        public ValueTask<OperatorCommandResult> ExecuteAsync(OperatorCommandContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new OperatorCommandResult(0, ""));
    }
}
