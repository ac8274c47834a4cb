using System.CommandLine;
using System.Security.Cryptography;
using HaCore.Testing;

namespace HaCore.SimulationTests.LongRun;

/// <summary>dotnet run --project tests/HaCore.SimulationTests -- --seeds 1000000 --fresh</summary>
internal static class SeedCommand
{
    private const int Usage = 2;
    private const int FreshBits = 48;   // ranges of millions that nobody ran before, in numbers that a person can still read

    private static readonly Option<long> Seeds = new("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = static _ => 0 };
    private static readonly Option<ulong?> One = new("--seed") { Description = "Runs this one and prints what happened." };
    private static readonly Option<ulong> First = new("--first") { Description = "The first of the seeds.", DefaultValueFactory = static _ => 1 };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "A range that was not run before: it begins at a random number, which is printed." };
    private static readonly Option<int> Workers = new("--workers") { Description = "Threads. Default: one per processor.", DefaultValueFactory = static _ => Environment.ProcessorCount };
    private static readonly Option<TimesProfile?> Profile = new("--profile") { Description = "Always these times, instead of drawn ones." };
    private static readonly Option<long> ShrinkSteps = new("--shrink-steps") { Description = "Engine steps to spend on shortening one failure.", DefaultValueFactory = static _ => 20_000_000 };

    public static bool IsMeant(string[] arguments) =>
        Array.Exists(arguments, static a => a is "--seeds" or "--seed" || a.StartsWith("--seeds=", StringComparison.Ordinal) || a.StartsWith("--seed=", StringComparison.Ordinal));

    public static async Task<int> RunAsync(string[] arguments)
    {
        RootCommand root = new("Simulated disasters, one per seed. Exit codes: 0 no violation, 1 violations, 2 command line not understood, 130 interrupted.")
        {
            Seeds, One, First, Fresh, Workers, Profile, ShrinkSteps,
        };
        Workers.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1024)
            {
                result.AddError("--workers must be between 1 and 1024.");
            }
        });
        Seeds.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<long>() < 0)
            {
                result.AddError("--seeds must not be negative.");
            }
        });
        root.SetAction(Run);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            return Usage;
        }

        // Ctrl-C is taken by the run itself: it prints what was done so far.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static int Run(ParseResult parsed)
    {
        var simulation = new DisasterSimulation(new DisasterSimulationOptions { Profile = parsed.GetValue(Profile), ShrinkSteps = parsed.GetValue(ShrinkSteps) });
        if (parsed.GetValue(One) is { } seed)
        {
            var report = simulation.Run(seed);
            Console.WriteLine(report);
            return report.Passed ? 0 : 1;
        }

        var first = parsed.GetValue(Fresh) ? FreshStart() : parsed.GetValue(First);
        return new SeedRun(simulation, first, parsed.GetValue(Seeds), parsed.GetValue(Workers), parsed.GetValue(Profile)).Run();
    }

    private static ulong FreshStart()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes[..(FreshBits / 8)]);
        return BitConverter.ToUInt64(bytes);
    }
}
