namespace TwoNodeCluster.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task A_misspelt_option_ends_with_exit_code_2_and_names_it()
    {
        SampleRun run = await SampleRun.RunAsync(["--cofnig", "x.json"], TestContext.Current.CancellationToken);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--cofnig", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_exit_codes()
    {
        SampleRun run = await SampleRun.RunAsync(["--help"], TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("78 configuration refused", run.Output, StringComparison.Ordinal);
    }
}
