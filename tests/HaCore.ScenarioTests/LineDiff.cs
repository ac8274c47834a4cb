using System.Text;

namespace HaCore.ScenarioTests;

/// <summary>What changed between two texts, line by line, for the reader of a failed test.</summary>
internal static class LineDiff
{
    private const int Context = 2;

    /// <returns>Null when they are equal.</returns>
    public static string? Of(string expected, string actual)
    {
        if (expected == actual)
        {
            return null;
        }

        var (before, after) = (expected.Split('\n'), actual.Split('\n'));
        var changes = Changes(before, after).ToArray();
        var text = new StringBuilder();
        var last = -1;
        for (var i = 0; i < changes.Length; i++)
        {
            var (first, end) = (Math.Max(0, i - Context), Math.Min(changes.Length, i + Context + 1));
            var isNear = Array.Exists(changes[first..end], c => c.Sign != ' ');
            if (isNear)
            {
                text.Append(last >= 0 && last < i - 1 ? "  ...\n" : "").Append(changes[i].Sign).Append(' ').Append(changes[i].Line).Append('\n');
                last = i;
            }
        }

        return text.ToString();
    }

    /// <summary>By the longest common subsequence: a story has some hundred lines, so the table is small.</summary>
    private static IEnumerable<(char Sign, string Line)> Changes(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var (b, a) = (0, 0);
        while (b < before.Length || a < after.Length)
        {
            if (b < before.Length && a < after.Length && before[b] == after[a])
            {
                yield return (' ', before[b++]);
                a++;
            }
            else if (a == after.Length || (b < before.Length && common[b + 1, a] >= common[b, a + 1]))
            {
                yield return ('-', before[b++]);
            }
            else
            {
                yield return ('+', after[a++]);
            }
        }
    }
}
