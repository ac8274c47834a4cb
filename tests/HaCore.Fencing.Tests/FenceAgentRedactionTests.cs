using System.Text;
using CsCheck;
using HaCore.Fencing.FenceAgent;

namespace HaCore.Fencing.Tests;

/// <summary>No secret comes out again, whatever the agent does with it. CsCheck prints the seed of a failure; CsCheck_Seed=... repeats it.</summary>
public sealed class FenceAgentRedactionTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>What can stand in a file, in brackets, which the noise around it has not.</summary>
    private static readonly Gen<string> s_secret =
        Gen.Char["abcXYZ0189 %&+=/\\'\"$*#äß€.:"].Array[0, 24].Select(characters => "<" + new string(characters) + ">");

    private static readonly Gen<(string Before, string Between, string After)> s_words =
        Gen.Select(Gen.Char["ab \n\t/=*"].Array[0, 400], Gen.Char["ab \n"].Array[0, 10], Gen.Char["ab \n"].Array[0, 400])
            .Select((before, between, after) => (new string(before), new string(between), new string(after)));

    [Fact]
    public void Whatever_an_agent_prints_no_secret_is_in_a_result_or_a_health()
    {
        var path = _place.Write("password", "", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var second = _place.Write("second", "", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Gen.Select(s_secret, s_secret, s_words, Gen.Int[0, 5], Gen.Bool).Sample((one, other, words, exit, isError) =>
        {
            File.WriteAllText(path, one + "\n");
            File.WriteAllText(second, other);
            var options = FenceAgents.Options("/usr/sbin/fence_x");
            options.Parameters["usrename"] = "<misspelt>";
            options.PasswordFile = path;
            options.SecretFiles["snmp_priv_passwd"] = second;
            var chatter = new Chatter(input => words.Before + one + words.Between + Uri.EscapeDataString(other) + words.After + other + input, exit, isError);
            var device = new FenceAgentDevice(options, chatter);

            var context = _place.Context;
            string?[] said =
            [
                device.FenceAsync(context, CancellationToken.None).AsTask().GetAwaiter().GetResult().Detail,
                device.MonitorAsync(context, CancellationToken.None).AsTask().GetAwaiter().GetResult().Detail,
            ];
            Assert.All(chatter.CommandLines, line => Assert.Equal("/usr/sbin/fence_x", line));
            Assert.All(said, text =>
            {
                Assert.DoesNotContain(one, text!, StringComparison.Ordinal);
                Assert.DoesNotContain(other, text!, StringComparison.Ordinal);
                Assert.DoesNotContain(Uri.EscapeDataString(other), text!, StringComparison.Ordinal);
                Assert.DoesNotContain("<misspelt>", text!, StringComparison.Ordinal);
            });
        }, iter: 300, threads: 1);   // they share the two files
    }

    /// <summary>Prints what it is told, as an agent does that complains of its input.</summary>
    private sealed class Chatter(Func<string, string> say, int exit, bool isError) : ICommandRunner
    {
        public List<string> CommandLines { get; } = [];

        public ValueTask<CommandResult> RunAsync(CommandSpec command, CancellationToken cancellationToken)
        {
            CommandLines.Add(string.Join(' ', command.Arguments.Prepend(command.Program).Concat(command.Environment.Values)));
            var input = Encoding.UTF8.GetString(command.StandardInput.Span);
            var text = say(input);
            var isMetadata = input == "action=metadata\n";
            return new(new CommandResult(CommandOutcome.Exited, isMetadata ? 1 : exit, isError ? "" : text, isError ? text : "", TimeSpan.Zero));
        }
    }
}
