using System.Globalization;
using HaCore.Engine;
using HaCore.Search.Forking;
using HaCore.Search.Worlds;

namespace HaCore.Search.Exploring;

/// <summary>Where the time of a transition goes, for whoever wants the search faster.</summary>
internal static class Measure
{
    public static IEnumerable<string> Of(Scope scope)
    {
        var worlds = new List<World> { new Successors(scope).First() };
        var seen = new HashSet<StateHash>();
        var canon = new Canon(scope);
        var successors = new Successors(scope);
        for (var i = 0; i < worlds.Count && worlds.Count < 20_000; i++)
        {
            successors.Of(worlds[i], (_, w) =>
            {
                if (seen.Add(canon.Of(w)))
                {
                    worlds.Add(w);
                }
            });
        }

        var nodes = worlds.Select(w => w.A).Where(n => n.Machine is not null).ToList();
        var draft = new Draft(scope);
        for (var round = 0; round < 3; round++)
        {
            yield return Time("copy", nodes.Count, () => nodes.ForEach(n => Cloner.Clone(n.Machine!)));
            yield return Time("copy and step", nodes.Count, () => nodes.ForEach(n =>
            {
                draft.Begin(n with { Now = n.Now + ScopeConfiguration.Interval }, Cloner.Clone(n.Machine!), n.Disk, n.Active);
                draft.Step(ClusterEvent.Tick.Instance);
            }));
            yield return Time("write and hash", worlds.Count, () => worlds.ForEach(w =>
            {
                w.A.Words = null;
                canon.Of(w);
            }));
            yield return Time("hash", worlds.Count, () => worlds.ForEach(w => canon.Of(w)));
            var count = 0;
            var line = Time("successors", 3000, () =>
            {
                for (var i = 5000; i < 8000; i++)
                {
                    successors.Of(worlds[i], (_, _) => count++);
                }
            });
            yield return $"{line} of {count / 3000.0:F1} each";
        }
    }

    private static string Time(string what, int count, Action act)
    {
        var before = Environment.CpuUsage.UserTime;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        act();
        return string.Create(CultureInfo.InvariantCulture,
            $"{what}: {(Environment.CpuUsage.UserTime - before).TotalMicroseconds / count:F2} us, {(GC.GetAllocatedBytesForCurrentThread() - bytes) / count} bytes");
    }
}
