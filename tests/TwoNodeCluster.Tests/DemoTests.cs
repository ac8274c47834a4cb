using System.Text;

namespace TwoNodeCluster.Tests;

/// <summary>The demo as a new user runs it: one command, and nothing left behind.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("hacore-test-");

    [Fact(Timeout = 120_000)]
    public async Task The_demo_ends_well_and_leaves_nothing_behind()
    {
        // 2 s: what is judged here is what happens and not how fast, and test machines stall for longer than the demo's half second.
        SampleRun run = await SampleRun.RunAsync(["--demo", "--dead-time", "2", "--explain"], TestContext.Current.CancellationToken, _temporary.FullName);

        Assert.True(run.ExitCode == 0, $"exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
        Assert.Contains("active node killed", run.Output, StringComparison.Ordinal);
        Assert.Contains("novantuno: Seize web: ", run.Output, StringComparison.Ordinal);   // --explain
        Assert.True(!OperatingSystem.IsLinux() || run.Output.Contains("cable null-modem cut and repaired", StringComparison.Ordinal), run.Output);
        Assert.Contains("docs/getting-started.md", run.Output, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Fact(Timeout = 60_000)]
    public async Task Ctrl_C_in_the_middle_stops_both_nodes_and_leaves_nothing_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no signal to send there.");

        SampleRun run = await SampleRun.RunAsync(["--dead-time", "2"], TestContext.Current.CancellationToken, _temporary.FullName, interruptAt: "2. ");

        Assert.True(run.ExitCode == 130, $"exit code {run.ExitCode}\n{run.Output}\n{run.Error}");
        AssertNothingLeft();
    }

    public void Dispose() => _temporary.Delete(recursive: true);

    private void AssertNothingLeft()
    {
        Assert.Empty(_temporary.EnumerateFileSystemInfos());
        if (OperatingSystem.IsLinux())
        {
            Assert.Empty(ProcessesOfThisTest());
        }
    }

    /// <summary>All that still run with the temporary directory of this test in their environment.</summary>
    private List<string> ProcessesOfThisTest()
    {
        var found = new List<string>();
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            try
            {
                if (Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(process, "environ"))).Contains(_temporary.FullName, StringComparison.Ordinal))
                {
                    found.Add(process);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or belongs to someone else: not ours.
            }
        }

        return found;
    }
}
