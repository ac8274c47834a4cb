using HaCore.Netns.Lab;

namespace HaCore.Netns.Cases;

/// <param name="Name">Of the case.</param>
/// <param name="Failure">Null when it passed.</param>
/// <param name="Took">How long it ran.</param>
/// <param name="Notes">What it measured.</param>
internal sealed record CaseOutcome(string Name, string? Failure, TimeSpan Took, IReadOnlyList<string> Notes);

/// <summary>Runs cases in labs of their own, several at a time.</summary>
internal static class CaseRunner
{
    private const int TailLines = 60;   // enough for both nodes' last minute: an idle cluster says nothing

    /// <param name="cases">In this order; the outcomes come in the same.</param>
    /// <param name="settings">Of the run.</param>
    /// <param name="parallel">Labs at a time: a case mostly waits, starting a program is what costs.</param>
    /// <param name="output">Where a line for each case goes as it ends.</param>
    public static IReadOnlyList<CaseOutcome> Run(IReadOnlyList<Case> cases, RunSettings settings, int parallel, TextWriter output)
    {
        var outcomes = new CaseOutcome[cases.Count];
        var next = -1;
        var threads = new List<Thread>();
        for (var i = 0; i < Math.Min(parallel, cases.Count); i++)
        {
            var thread = new Thread(() =>
            {
                for (var index = Interlocked.Increment(ref next); index < cases.Count; index = Interlocked.Increment(ref next))
                {
                    outcomes[index] = RunOne(cases[index], settings, index, output);
                }
            });
            thread.Start();
            threads.Add(thread);
        }

        threads.ForEach(thread => thread.Join());
        return outcomes;
    }

    private static CaseOutcome RunOne(Case test, RunSettings settings, int index, TextWriter output)
    {
        var from = LabClock.Now;
        CaseRun? run = null;
        string? failure = null;
        var tails = "";
        try
        {
            using var lab = new TwoNodeLab(settings, $"c{index}");
            run = new(lab);
            try
            {
                test.Body(run);
                run.JudgeWhole();
            }
            catch
            {
                tails = Tail(lab, Node.A) + Tail(lab, Node.B);
                throw;
            }
        }
#pragma warning disable CA1031 // One case that breaks, however it does, is one failed case: the others still run.
        catch (Exception reason)
#pragma warning restore CA1031
        {
            failure = reason is CaseFailedException ? reason.Message : reason.ToString();
        }

        var outcome = new CaseOutcome(test.Name, failure, LabClock.Now - from, run?.Notes ?? []);
        var verdict = failure is null ? "passed" : "FAILED";
        var text = $"{verdict}  {test.Name,-34} {outcome.Took.TotalSeconds,5:0.0} s  {failure ?? string.Join("; ", outcome.Notes)}";
        lock (output)   // a failure is many lines that belong together
        {
            output.WriteLine(text);
            output.Write(tails);
        }

        return outcome;
    }

    private static string Tail(TwoNodeLab lab, Node node)
    {
        if (!File.Exists(lab.LogFile(node)))
        {
            return "";
        }

        var lines = File.ReadAllLines(lab.LogFile(node));
        return $"---- {node.Name()}, last lines ----{Environment.NewLine}"
            + string.Concat(lines.Skip(Math.Max(0, lines.Length - TailLines)).Select(line => $"    {line}{Environment.NewLine}"));
    }
}
