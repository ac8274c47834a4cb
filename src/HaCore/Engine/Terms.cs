namespace HaCore.Engine;

/// <summary>Rule T: terms belong to nodes. The first node in ordinal order owns the even ones, so two nodes can never share a term.</summary>
internal static class Terms
{
    public static bool IsOwnedBy(long term, bool first) => (term & 1) == 0 == first;

    /// <summary>Smallest term above <paramref name="term"/> that belongs to the given node.</summary>
    public static long Next(long term, bool first) => IsOwnedBy(term + 1, first) ? term + 1 : term + 2;
}
