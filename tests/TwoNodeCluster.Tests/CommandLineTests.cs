namespace TwoNodeCluster.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hacore-test-");

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

    [Fact]
    public async Task A_refused_configuration_ends_with_exit_code_78_and_every_reason()
    {
        SampleRun run = await RunWithAsync("""{ "ClusterName": "shop", "HaCluster": { "Nodez": [], "KeyFile": "/nowhere/shop.key" } }""");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("Nodes", run.Error, StringComparison.Ordinal);
        Assert.Contains("fencing policy", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_ends_with_exit_code_78_and_the_line()
    {
        SampleRun run = await RunWithAsync("{ no");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("LineNumber: 0", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_without_a_key_says_which_file_is_missing_and_shows_no_stack()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "appsettings.2004.json");

        SampleRun run = await SampleRun.RunAsync(["--config", file, "--node", "novanta"], TestContext.Current.CancellationToken);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/etc/hacore/unipd.key", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keygen_makes_a_key_for_its_owner_only_and_never_overwrites_one()
    {
        string key = Path.Combine(_folder.FullName, "shop.key");

        SampleRun first = await SampleRun.RunAsync(["keygen", key], TestContext.Current.CancellationToken);
        byte[] made = await File.ReadAllBytesAsync(key, TestContext.Current.CancellationToken);
        SampleRun second = await SampleRun.RunAsync(["keygen", key], TestContext.Current.CancellationToken);

        Assert.Equal(0, first.ExitCode);
        Assert.Equal(1, second.ExitCode);
        Assert.Equal(made, await File.ReadAllBytesAsync(key, TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<SampleRun> RunWithAsync(string configuration)
    {
        string file = Path.Combine(_folder.FullName, "appsettings.json");
        await File.WriteAllTextAsync(file, configuration, TestContext.Current.CancellationToken);
        return await SampleRun.RunAsync(["--config", file], TestContext.Current.CancellationToken);
    }
}
