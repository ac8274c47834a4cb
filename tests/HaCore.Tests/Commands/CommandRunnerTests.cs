using System.Diagnostics;
using System.Globalization;
using System.Text;
using HaCore.Commands;

namespace HaCore.Tests.Commands;

/// <summary>Real programs. Times are so chosen that only a broken runner comes near them; none is asserted.</summary>
public sealed class CommandRunnerTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);          // enough for a shell to start on a busy machine
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(300);
    private readonly CommandRunner _runner = new(TimeProvider.System);

    public CommandRunnerTests() => Assert.SkipUnless(File.Exists("/bin/sh"), "there is no /bin/sh here");

    [Fact]
    public async Task A_program_that_ends_leaves_its_output_and_exit_code()
    {
        var result = await Shell("echo out; echo err >&2; exit 7");
        Assert.Equal((CommandOutcome.Exited, 7, "out\n", "err\n"), (result.Outcome, result.ExitCode, result.StandardOutput, result.StandardError));
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        string[] arguments = ["a b", "", "$HOME", "\"quoted\"", "ünï", "--x=*"];
        var result = await Run(new("/bin/sh", ["-c", "printf '%s|' \"$@\"", "sh", .. arguments]));
        Assert.Equal(string.Join('|', arguments) + "|", result.StandardOutput);
    }

    [Fact]
    public async Task A_program_ended_by_a_signal_has_128_and_its_number()
    {
        Assert.Equal(128 + 15, (await Shell("kill -TERM $$")).ExitCode);
        Assert.Equal(128 + 9, (await Shell("kill -KILL $$")).ExitCode);
    }

    [Fact]
    public async Task The_environment_is_minimal_and_in_the_C_locale()
    {
        var result = await Run(new("/usr/bin/env") { Environment = new Dictionary<string, string> { ["OCF_ROOT"] = "/usr/lib/ocf" } });
        var names = result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal);
        Assert.Equal(["HOME", "LANG", "LC_ALL", "OCF_ROOT", "PATH"], names);
        Assert.Contains("LC_ALL=C\n", result.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_at_its_end() => Assert.Equal("end\n", (await Shell("cat; echo end")).StandardOutput);

    [Fact]
    public async Task Standard_input_arrives_as_it_is_and_then_ends()
    {
        var text = "password=a b\n" + new string('x', CommandSpec.StandardInputBytesMax - 13);
        var result = await Run(new("/bin/sh", "-c", "sleep 0.1; cat") { StandardInput = Encoding.UTF8.GetBytes(text), OutputBytesMax = 2 * CommandSpec.StandardInputBytesMax });
        Assert.Equal(text, result.StandardOutput);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_keeps_nobody_waiting()
    {
        var input = new byte[CommandSpec.StandardInputBytesMax];
        Assert.Equal(3, (await Run(new("/bin/sh", "-c", "exit 3") { StandardInput = input })).ExitCode);
        Assert.Equal(CommandOutcome.TimedOut, (await Run(new("/bin/sh", "-c", "sleep 1000") { StandardInput = input, Timeout = s_timeout, KillGrace = s_grace })).Outcome);
    }

    [Fact]
    public void Standard_input_is_bounded_and_not_in_the_text_of_a_command()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommandSpec("/bin/true") { StandardInput = new byte[CommandSpec.StandardInputBytesMax + 1] });
        Assert.DoesNotContain("secret", new CommandSpec("/bin/true") { StandardInput = "secret"u8.ToArray() }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_pipe_ends_a_program_as_everywhere_else()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the signal is put back by GNU env");
        var result = await Shell("yes | head -n 1");
        Assert.Equal(("y\n", ""), (result.StandardOutput, result.StandardError));
    }

    [Theory]
    [InlineData("/no/such/program", "there is no such file")]
    [InlineData("/etc/passwd", "not executable")]
    [InlineData("sh", "the full path of the program is needed")]
    public async Task A_program_that_cannot_run_is_not_started(string program, string reason)
    {
        var result = await Run(new(program, "argument"));
        Assert.Equal((CommandOutcome.NotStarted, -1), (result.Outcome, result.ExitCode));
        Assert.Contains(reason, result.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_without_its_interpreter_is_not_started()
    {
        var script = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            await File.WriteAllTextAsync(script, "#!/no/such/interpreter\n", TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            Assert.Equal(CommandOutcome.NotStarted, (await Run(new(script))).Outcome);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Fact]
    public async Task An_exit_code_of_127_by_the_program_itself_is_an_exit() =>
        Assert.Equal((CommandOutcome.Exited, 127), await Shell("exit 127") is var result ? (result.Outcome, result.ExitCode) : default);

    [Fact]
    public async Task At_the_timeout_the_program_is_asked_to_end_and_its_last_words_are_kept()
    {
        var command = Command("trap 'echo asked; exit 0' TERM; echo started; while :; do sleep 0.05; done");
        var result = await Run(command with { Timeout = s_timeout, KillGrace = TimeSpan.FromSeconds(60) });
        Assert.Equal((CommandOutcome.TimedOut, -1), (result.Outcome, result.ExitCode));
        Assert.Equal("started\nasked\n", result.StandardOutput);
    }

    [Fact]
    public async Task A_program_that_ignores_the_request_is_killed()
    {
        var result = await Shell("trap '' TERM; echo $$; while :; do sleep 0.05; done", s_timeout);
        Assert.Equal(CommandOutcome.TimedOut, result.Outcome);
        Assert.False(IsAlive(result.StandardOutput));
    }

    [Fact]
    public async Task Grandchildren_that_forked_away_are_killed_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "process groups by setsid");
        // Forked twice: its parent is gone, so no tree leads to it; it ignores the request and has closed its output.
        var result = await Shell("(trap '' TERM; (trap '' TERM; exec sleep 600 >/dev/null 2>&1) & echo $!) ; sleep 600", s_timeout);
        Assert.Equal(CommandOutcome.TimedOut, result.Outcome);
        Assert.False(IsAlive(result.StandardOutput));
    }

    [Fact]
    public async Task A_daemon_that_keeps_the_output_delays_nothing_and_lives_on()
    {
        var result = await Shell("sleep 600 & echo $!");
        try
        {
            Assert.Equal((CommandOutcome.Exited, 0), (result.Outcome, result.ExitCode));   // and not TimedOut after 60 s
            Assert.True(IsAlive(result.StandardOutput));
        }
        finally
        {
            using var daemon = Process.GetProcessById(Id(result.StandardOutput));
            daemon.Kill();
        }
    }

    [Fact]
    public async Task A_flood_is_cut_at_the_cap_and_does_not_block_the_program()
    {
        var result = await Run(new("/bin/sh", "-c", "head -c 20000000 /dev/zero; head -c 5000000 /dev/zero >&2; exit 3") { OutputBytesMax = 1000 });
        Assert.Equal((3, 1000, 1000), (result.ExitCode, result.StandardOutput.Length, result.StandardError.Length));
    }

    [Fact]
    public async Task Cancellation_kills_and_then_throws()
    {
        using var source = new CancellationTokenSource();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var run = _runner.RunAsync(Command("echo $$ > \"$0\".new; mv \"$0\".new \"$0\"; exec sleep 600", file), source.Token).AsTask();
            while (!File.Exists(file))
            {
                await Task.Yield();
            }

            var id = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            await source.CancelAsync();
            var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            Assert.Equal(source.Token, exception.CancellationToken);
            Assert.False(IsAlive(id));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Cancelled_beforehand_nothing_is_started() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _runner.RunAsync(new("/bin/sh", "-c", "exit 0"), new CancellationToken(true)));

    [Fact]
    public async Task Many_programs_at_once_each_keep_their_own()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Shell($"echo {i}; exit {i}")));
        Assert.Equal(Enumerable.Range(0, 40), results.Select(result => result.ExitCode));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}\n"), results.Select(result => result.StandardOutput));
    }

    private static CommandSpec Command(string script, params string[] arguments) =>
        new("/bin/sh", ["-c", script, .. arguments]) { Timeout = TimeSpan.FromSeconds(60), KillGrace = s_grace };

    private Task<CommandResult> Shell(string script, TimeSpan? timeout = null) =>
        Run(Command(script) with { Timeout = timeout ?? TimeSpan.FromSeconds(60) });

    private Task<CommandResult> Run(CommandSpec command) => _runner.RunAsync(command, TestContext.Current.CancellationToken).AsTask();

    private static int Id(string text) => int.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private static bool IsAlive(string id)
    {
        var stat = $"/proc/{Id(id)}/stat";
        try
        {
            return OperatingSystem.IsLinux()
                ? File.ReadAllText(stat) is var text && text[(text.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X')
                : Process.GetProcessById(Id(id)) is not null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            return false;
        }
    }
}
