namespace HaCore.Search.Building;

/// <summary>The sources of the engine, as they were when this program was built: path below src/HaCore and text.</summary>
internal static class EngineSources
{
    private const string Prefix = "engine/";

    public static IReadOnlyDictionary<string, string> All { get; } = Load();

    private static Dictionary<string, string> Load()
    {
        var assembly = typeof(EngineSources).Assembly;
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            sources.Add(name[Prefix.Length..], reader.ReadToEnd().ReplaceLineEndings("\n"));
        }

        return sources;
    }
}

/// <summary>One place of the engine's source and what stands there instead.</summary>
/// <param name="File">Below src/HaCore, e.g. "Engine/PeerTracker.cs".</param>
/// <param name="Original">Must occur exactly once: a text that moved makes a stale edit, and that is a failure.</param>
/// <param name="Replacement">What is compiled instead.</param>
internal sealed record Edit(string File, string Original, string Replacement)
{
    public string Apply(string source)
    {
        var first = source.IndexOf(Original, StringComparison.Ordinal);
        if (first < 0 || source.IndexOf(Original, first + 1, StringComparison.Ordinal) >= 0)
        {
            throw new StaleEditException($"{File}: the text below occurs {(first < 0 ? "nowhere" : "more than once")}; write it anew for the engine as it stands\n{Original}");
        }

        return source.Replace(Original, Replacement, StringComparison.Ordinal);
    }
}

#pragma warning disable CA1032, CA1064 // thrown and read by this program only
internal sealed class StaleEditException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
