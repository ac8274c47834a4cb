using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace HaCore.Fencing.Tests;

/// <summary>What the page about fencing tells an operator to write is what a host starts with.</summary>
public sealed partial class DocumentedDeviceTests
{
    [Fact]
    public void Every_device_of_the_page_is_accepted()
    {
        var blocks = BlockPattern().Matches(File.ReadAllText(Path.Combine(Root(), "docs/operating/fencing.md")).ReplaceLineEndings("\n")).Select(match => match.Groups["json"].Value).ToList();
        var devices = blocks.Where(block => block.StartsWith("{ \"Name\"", StringComparison.Ordinal)).ToList();
        Assert.InRange(devices.Count, 2, 100);
        Assert.All(devices, device =>
        {
            // The first thing that is missed comes after all options: the key file.
            var failure = Clusters.StartFailure(ha => ha.AddExternalCommandDeviceType().AddFenceAgentDeviceType(), device);
            Assert.Contains("/no/such/key", failure.Message, StringComparison.Ordinal);
        });
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "HaCore.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"No HaCore.sln above {AppContext.BaseDirectory}: the documentation is not there.");
    }

    [GeneratedRegex("```json\n(?<json>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex BlockPattern();
}
