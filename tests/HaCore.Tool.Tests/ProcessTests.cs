using System.Diagnostics;
using HaCore.Control.Tests.Rig;

namespace HaCore.Tool.Tests;

/// <summary>The program itself, as an operator starts it, and as one who may not.</summary>
public sealed class ProcessTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "hactl.exe" : "hactl");

    [Fact]
    public async Task The_program_prints_the_status_and_ends_with_its_health()
    {
        var pair = await SharedPair.GetAsync();

        var run = await RunAsync(Program, ["status", "--socket", pair.Alpha.SocketPath]);

        Assert.True(run.ExitCode == ExitCode.Done && run.Output.StartsWith("Cluster pair, seen from alpha: good\n", StringComparison.Ordinal), run.ToString());
    }

    [Theory]
    [InlineData("--no-color", false)]
    [InlineData("", true)]
    public async Task On_a_terminal_colours_can_be_switched_off_and_then_nothing_is_left_of_them(string option, bool hasColor)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "script(1) makes the terminal.");
        var pair = await SharedPair.GetAsync();

        var run = await RunAsync("/usr/bin/script", ["-qec", $"env TERM=xterm '{Program}' status --socket '{pair.Alpha.SocketPath}' {option}", "/dev/null"]);

        Assert.True(run.ExitCode == ExitCode.Done && run.Output.Contains("Group ", StringComparison.Ordinal), run.ToString());
        Assert.Equal(hasColor, System.Text.RegularExpressions.Regex.IsMatch(run.Output, @"\e\[[0-9;]*m"));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("events")]
    [InlineData("standby alpha")]
    [InlineData("online alpha")]
    [InlineData("move web beta")]
    [InlineData("maintenance on")]
    [InlineData("clear web")]
    [InlineData("clear web --divergence --term 1")]
    [InlineData("confirm-down beta --token 1-1-1 --yes")]
    [InlineData("take web --accept-data-loss")]
    [InlineData("greet-node beta")]
    public async Task Another_user_is_refused_whatever_he_wants_and_told_who_may(string line)
    {
        var pair = await SharedPair.GetAsync();
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("only root can act as another user.");
            return;
        }

        Assert.SkipUnless((await RunAsOtherAsync(["test", "-x", Program])).ExitCode == 0, "another user cannot reach the built program here.");
        // He passes the directory: what refuses him is the socket.
        File.SetUnixFileMode(pair.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var before = pair.Alpha.Audit.Count;

        var run = await RunAsOtherAsync([Program, .. line.Split(' '), "--socket", pair.Alpha.SocketPath]);

        Assert.True(run.ExitCode == ExitCode.NotPermitted, run.ToString());
        Assert.Contains("its mode is 0660, its owner root (uid 0), its group root (gid 0)", run.Error, StringComparison.Ordinal);
        Assert.Contains("You are ", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, pair.Alpha.Audit.Count);
    }

    private static Task<ToolRun> RunAsOtherAsync(IReadOnlyList<string> command) =>
        RunAsync("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. command]);

    private static async Task<ToolRun> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // The program under test is a process; the command runner belongs to what is tested.
#pragma warning disable RS0030
        using var process = Process.Start(start)!;
#pragma warning restore RS0030
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return new ToolRun(process.ExitCode, await output, await error);
    }
}
