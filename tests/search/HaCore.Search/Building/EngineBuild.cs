using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace HaCore.Search.Building;

/// <summary>
/// Compiles the engine in memory: Engine, Wire and Abstractions, and the few files of State and Configuration that the simulator uses. The assembly is
/// called HaCore, so that the simulator and this program bind to it as they do to the shipped one.
/// </summary>
internal static class EngineBuild
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("HaCore.Testing")]
        [assembly: System.Runtime.CompilerServices.InternalsVisibleTo("HaCore.Search")]
        """;

    /// <summary>
    /// What is smaller in the search than in the shipped engine, for speed alone: a machine that is copied millions of times should not carry 4096 send
    /// times, room for 16 groups, and a picture for operators. No rule reads any of them beyond what the scopes use.
    /// </summary>
    public static readonly IReadOnlyList<Edit> Smaller =
    [
        new("Engine/PeerTracker.cs", "private const int RingSize = 4096;", "private const int RingSize = 32;"),
        new("Engine/EngineConfiguration.cs", "public const int GroupsMax = 16;", "public const int GroupsMax = 2;"),
        new("Engine/EngineConfiguration.cs", "public const int ResourcesMax = 16;", "public const int ResourcesMax = 1;"),
        new("Engine/ClusterMachine.cs", "if (_context.SnapshotStale)", "if (false)"),
    ];

    /// <summary>The serializer of the state file is generated in the shipped assembly; here the same options are read by reflection.</summary>
    private static readonly Edit Reflected = new("State/StateDocument.cs", "internal sealed partial class StateJsonContext : JsonSerializerContext;", """
        internal sealed class StateJsonContext
        {
            private static readonly System.Text.Json.JsonSerializerOptions Options = new()
            {
                WriteIndented = true,
                PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.CamelCase,
                UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
                RespectNullableAnnotations = true,
                TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
            };
            public static StateJsonContext Default { get; } = new();
            public System.Text.Json.Serialization.Metadata.JsonTypeInfo<StateDocument> StateDocument { get; } =
                (System.Text.Json.Serialization.Metadata.JsonTypeInfo<StateDocument>)Options.GetTypeInfo(typeof(StateDocument));
        }
        """);

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);
    private static readonly Lazy<IReadOnlyDictionary<string, SyntaxTree>> Trees = new(() =>
        EngineSources.All.ToDictionary(s => s.Key, s => ParseFile(s.Key, s.Value)));

    private static readonly Lazy<IReadOnlyList<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => !Path.GetFileName(p).StartsWith("HaCore", StringComparison.Ordinal) && !Path.GetFileName(p).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p))]);

    public static byte[] Compile(IEnumerable<Edit> edits)
    {
        var trees = Trees.Value.ToDictionary();
        foreach (var byFile in edits.Append(Reflected).GroupBy(e => e.File))
        {
            if (!EngineSources.All.TryGetValue(byFile.Key, out var source))
            {
                throw new StaleEditException($"there is no {byFile.Key}");
            }

            trees[byFile.Key] = ParseFile(byFile.Key, byFile.Aggregate(source, (text, edit) => edit.Apply(text)));
        }

        var compilation = CSharpCompilation.Create("HaCore", [.. trees.Values, ParseFile("Usings.cs", Usings)], References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        using var output = new MemoryStream();
        var result = compilation.Emit(output);
        if (!result.Success)
        {
            throw new InvalidOperationException("the engine does not compile:\n"
                + string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(20)));
        }

        return output.ToArray();
    }

    private static SyntaxTree ParseFile(string path, string text) => CSharpSyntaxTree.ParseText(SourceText.From(text), Parse, path);
}
