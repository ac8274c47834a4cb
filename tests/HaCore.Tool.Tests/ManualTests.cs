namespace HaCore.Tool.Tests;

/// <summary>What the manual shows is what the tool prints.</summary>
public sealed class ManualTests
{
    [Theory]
    [InlineData("good.txt")]
    [InlineData("peer-silent.txt")]
    public void The_manual_shows_real_output(string golden)
    {
        var manual = File.ReadAllText(Path.Combine(Root(), "docs/operating/hactl.md")).ReplaceLineEndings("\n");
        var output = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", golden));

        Assert.Contains($"```text\n{output.TrimEnd('\n')}\n```", manual, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manual_knows_every_command()
    {
        var manual = await File.ReadAllTextAsync(Path.Combine(Root(), "docs/operating/hactl.md"), TestContext.Current.CancellationToken);

        var help = await ToolRun.RunAsync("/nowhere", "--help");

        var commands = help.Output[help.Output.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1)
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Length > 2 && line[2] != ' ')
            .Select(line => line.Trim().Split(' ')[0])
            .ToList();
        Assert.Equal(10, commands.Count);
        Assert.All(commands, command => Assert.Contains($"hactl {command}", manual, StringComparison.Ordinal));
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "HaCore.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No HaCore.sln above the tests.");
        }

        return folder;
    }
}
