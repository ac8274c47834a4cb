using HaCore.Netns.Cases;
using HaCore.Netns.Lab;
using HaCore.Netns.Report;

namespace HaCore.Netns;

internal static class Program
{
    private const int Usage = 2;

    private static int Main(string[] words)
    {
        try
        {
            var arguments = Arguments.Parse(words);
            if (arguments.Help)
            {
                Console.WriteLine(Arguments.Usage);
                return 0;
            }

            if (arguments.List)
            {
                foreach (var test in Case.All)
                {
                    Console.WriteLine($"{test.Name,-34} {test.Shows}");
                }

                return 0;
            }

            return Run(arguments, Select(arguments));
        }
        catch (FormatException reason)
        {
            Console.Error.WriteLine($"{reason.Message}{Environment.NewLine}{Arguments.Usage}");
            return Usage;
        }
    }

    private static List<Case> Select(Arguments arguments)
    {
        var unknown = arguments.Cases.Find(name => !Arguments.IsTable(name) && Case.All.All(test => test.Name != name));
        return unknown is null
            ? [.. Case.All.Where(test => arguments.Cases.Count == 0 || arguments.Cases.Contains(test.Name))]
            : throw new FormatException($"there is no case \"{unknown}\"; --list names them");
    }

    private static int Run(Arguments arguments, List<Case> cases)
    {
        if (arguments.SkipReason is { } reason)
        {
            Console.WriteLine($"skipped: {reason}");
            Console.WriteLine($"0 passed, 0 failed, {cases.Count} skipped");
            return 0;
        }

        var settings = new RunSettings(arguments.Host, arguments.Tool, arguments.RunId, arguments.Directory);
        var outcomes = CaseRunner.Run(cases, settings, arguments.Parallel, Console.Out);
        var series = arguments.Wants(Arguments.TimingName, arguments.TimingRuns) ? TimingTable.Measure(settings, arguments.TimingRuns, Console.Out) : [];
        var line = arguments.Wants(Arguments.LineName, arguments.TimingRuns) ? LineTruth.Measure(settings, Console.Out) : [];
        var leases = arguments.Wants(Arguments.LeaseName, arguments.LeaseRuns) ? LeaseTable.Measure(settings, arguments.LeaseRuns, Console.Out) : [];
        RunReport.Write(arguments.Report, outcomes, series, line, leases);
        RunReport.Print(series, Console.Out);
        RunReport.Print(line, Console.Out);
        RunReport.Print(leases, Console.Out);
        var failed = outcomes.Count(outcome => outcome.Failure is not null);
        Console.WriteLine($"{outcomes.Count - failed} passed, {failed} failed, 0 skipped");
        return failed == 0 ? 0 : 1;
    }
}
