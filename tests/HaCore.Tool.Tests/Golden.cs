using System.Runtime.CompilerServices;

namespace HaCore.Tool.Tests;

/// <summary>Output as it was looked at and found good.</summary>
internal static class Golden
{
    public static void Check(string name, string actual, [CallerFilePath] string thisFile = "")
    {
        var source = Path.Combine(Path.GetDirectoryName(thisFile)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("HACORE_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(source, actual);
            return;
        }

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", name)), actual);
    }
}
