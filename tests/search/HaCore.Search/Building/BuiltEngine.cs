using System.Reflection;
using System.Runtime.Loader;

namespace HaCore.Search.Building;

/// <summary>
/// One compiled engine with a simulator and a search of its own: both are loaded again, into this context, and bind to this engine. What goes in and out
/// of a context are strings and numbers only.
/// </summary>
internal sealed class BuiltEngine : AssemblyLoadContext
{
    private readonly Dictionary<string, byte[]> _images;

    /// <param name="name">For messages.</param>
    /// <param name="engine">The compiled engine.</param>
    /// <param name="isShort">Unloaded when done with. Code of an assembly that stays runs faster.</param>
    public BuiltEngine(string name, byte[] engine, bool isShort)
        : base(name, isShort)
    {
        var folder = AppContext.BaseDirectory;
        _images = new(StringComparer.Ordinal)
        {
            ["HaCore"] = engine,
            ["HaCore.Testing"] = File.ReadAllBytes(Path.Combine(folder, "HaCore.Testing.dll")),
            ["HaCore.Search"] = File.ReadAllBytes(Path.Combine(folder, "HaCore.Search.dll")),
        };
    }

    /// <summary>Calls a public static method of this program as it is bound to this engine.</summary>
    public T Call<T>(string type, string method, params object?[] arguments)
    {
        var search = LoadFromAssemblyName(new AssemblyName("HaCore.Search"));
        var found = search.GetType(type, throwOnError: true)!.GetMethod(method, BindingFlags.Public | BindingFlags.Static)
            ?? throw new MissingMethodException(type, method);
        try
        {
            return (T)found.Invoke(null, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            throw new InvalidOperationException($"{Name}: {inner}", inner);
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (!_images.TryGetValue(assemblyName.Name!, out var image))
        {
            return null;
        }

        using var stream = new MemoryStream(image);
        return LoadFromStream(stream);
    }
}
