namespace HaCore.ScenarioTests;

/// <summary>A part of a page between two comments that a reader does not see: it is compared with what it must be, or rewritten.</summary>
internal static class GeneratedPart
{
    public static void Check(string path, string begin, string end, string content)
    {
        var page = Repository.Read(path);
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = from < 0 ? -1 : page.IndexOf(end, from, StringComparison.Ordinal);
        Assert.True(to >= 0, $"{path} has no part \"{begin}\" ... \"{end}\"");
        var wanted = page[..(from + begin.Length)] + "\n" + content.Trim('\n') + "\n" + page[to..];
        if (Repository.MustWrite)
        {
            Repository.Write(path, wanted);
            page = wanted;
        }

        Assert.True(page == wanted, $"{path} (HACORE_WRITE_TRACES=1 rewrites it):\n{LineDiff.Of(page, wanted)}");
    }
}
