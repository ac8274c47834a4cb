namespace HaCore.Netns;

/// <summary>What run.sh says, and what a user adds to it.</summary>
internal sealed record Arguments
{
    public const string Usage =
        """
        run.sh [--list] [--parallel N] [--timing-runs N] [--lease-runs N] [CASE...]

        --list          names the cases and what each proves, runs nothing
        --parallel N    labs at a time; default 4
        --timing-runs N runs of each row of the timing table; default 20, 0 leaves out this table and that of the line
        --lease-runs N  runs of each row of the lease table; default 3, 0 leaves it out
        CASE...         only these cases; "timing", "line" and "lease" stand for the tables. Default: all, then the tables
        """;

    public const string TimingName = "timing";
    public const string LineName = "line";
    public const string LeaseName = "lease";

    /// <summary>Program and arguments.</summary>
    public List<string> Host { get; } = [];

    /// <summary>The operator's, hactl: program and arguments.</summary>
    public List<string> Tool { get; } = [];

    public string RunId { get; private set; } = "";

    public string Directory { get; private set; } = "";

    public string Report { get; private set; } = "";

    public string? SkipReason { get; private set; }

    public bool List { get; private set; }

    public bool Help { get; private set; }

    /// <summary>A case waits more than it works: four keep two processors half busy, eight make starts of programs slow enough to be seen.</summary>
    public int Parallel { get; private set; } = 4;

    public int TimingRuns { get; private set; } = 20;

    public int LeaseRuns { get; private set; } = 3;

    public List<string> Cases { get; } = [];

    /// <summary>Is this one of the tables, and not a case?</summary>
    public static bool IsTable(string name) => name is TimingName or LineName or LeaseName;

    /// <summary>Is this table asked for?</summary>
    public bool Wants(string table, int runs) => runs > 0 && (Cases.Count == 0 || Cases.Contains(table));

    /// <exception cref="FormatException">Not understood.</exception>
    public static Arguments Parse(string[] words)
    {
        var parsed = new Arguments();
        var queue = new Queue<string>(words);
        while (queue.TryDequeue(out var word))
        {
            switch (word)
            {
                case "--host": parsed.Host.Add(Next(queue, word)); break;
                case "--tool": parsed.Tool.Add(Next(queue, word)); break;
                case "--run-id": parsed.RunId = Next(queue, word); break;
                case "--directory": parsed.Directory = Next(queue, word); break;
                case "--report": parsed.Report = Next(queue, word); break;
                case "--skip": parsed.SkipReason = Next(queue, word); break;
                case "--parallel": parsed.Parallel = Number(queue, word, 1); break;
                case "--timing-runs": parsed.TimingRuns = Number(queue, word, 0); break;
                case "--lease-runs": parsed.LeaseRuns = Number(queue, word, 0); break;
                case "--list": parsed.List = true; break;
                case "--help" or "-h": parsed.Help = true; break;
                case ['-', ..]: throw new FormatException($"{word} is not known");
                default: parsed.Cases.Add(word); break;
            }
        }

        return parsed;
    }

    private static string Next(Queue<string> words, string option) =>
        words.TryDequeue(out var word) ? word : throw new FormatException($"{option} wants a value");

    private static int Number(Queue<string> words, string option, int least) =>
        int.TryParse(Next(words, option), out var number) && number >= least ? number : throw new FormatException($"{option} wants a number from {least} on");
}
