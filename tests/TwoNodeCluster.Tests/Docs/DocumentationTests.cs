using System.Text.RegularExpressions;

namespace TwoNodeCluster.Tests.Docs;

/// <summary>What the documentation shows is what was compiled with these tests, letter by letter.</summary>
public sealed partial class DocumentationTests
{
    private static string Root { get; } = FindRoot();

    [Theory]
    [InlineData("docs/getting-started.md", "FirstHost.cs", "first-host")]
    [InlineData("README.md", "FirstHost.cs", "first-host")]
    [InlineData("docs/extending/agent.md", "QueueWorkerAgent.cs", "agent")]
    [InlineData("docs/extending/fencing-device.md", "OutletDevice.cs", "device")]
    public void A_code_block_of_the_documentation_is_what_compiles(string document, string source, string region)
    {
        string compiled = RegionOf(Path.Combine(Root, "tests/TwoNodeCluster.Tests/Docs", source), region);

        Assert.Contains(compiled, BlocksOf(Path.Combine(Root, document)));
    }

    [Fact]
    public void The_first_host_takes_25_lines_at_most() =>
        Assert.InRange(RegionOf(Path.Combine(Root, "tests/TwoNodeCluster.Tests/Docs/FirstHost.cs"), "first-host").Split('\n').Length, 1, 25);

    [Theory]
    [InlineData("docs/getting-started.md")]
    [InlineData("docs/extending/agent.md")]
    [InlineData("docs/extending/fencing-device.md")]
    [InlineData("docs/operating/the-2004-cluster.md")]
    [InlineData("docs/operating/failures.md")]
    [InlineData("docs/operating/fencing.md")]
    [InlineData("docs/operating/hactl.md")]
    [InlineData("docs/concepts/scenarios.md")]
    [InlineData("docs/extending/scenarios.md")]
    [InlineData("docs/reference/control.md")]
    [InlineData("README.md")]
    public void A_page_that_is_linked_to_exists(string document)
    {
        string file = Path.Combine(Root, document);
        foreach (Match link in LinkPattern().Matches(File.ReadAllText(file)))
        {
            string target = Path.Combine(Path.GetDirectoryName(file)!, link.Groups["target"].Value);
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{document} links to {target}, which does not exist.");
        }
    }

    /// <summary>All regions of the name, joined, each moved to the left margin.</summary>
    private static string RegionOf(string file, string name)
    {
        var lines = new List<string>();
        int? margin = null;
        foreach (string line in File.ReadAllText(file).ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.Trim() == $"#region {name}")
            {
                margin = line.Length - line.TrimStart().Length;
            }
            else if (line.Trim() == "#endregion")
            {
                margin = null;
            }
            else if (margin is { } columns)
            {
                lines.Add(line.Length > columns ? line[columns..] : "");
            }
        }

        return string.Join('\n', lines).Trim('\n');
    }

    private static IReadOnlyList<string> BlocksOf(string file) =>
        [.. BlockPattern().Matches(File.ReadAllText(file).ReplaceLineEndings("\n")).Select(match => match.Groups["code"].Value.Trim('\n'))];

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "HaCore.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"No HaCore.sln above {AppContext.BaseDirectory}: the documentation is not there.");
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex BlockPattern();

    /// <summary>Links to files of this repository: neither to a site nor to a heading.</summary>
    [GeneratedRegex(@"\]\((?<target>(?!https?:)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex LinkPattern();
}
