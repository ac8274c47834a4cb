using System.Reflection;
using HaCore.Tests.Scenarios;

namespace HaCore.Search.Checks;

/// <summary>The stories of the unit tests, told to the engine that this copy of the program is bound to.</summary>
internal static class Stories
{
    /// <summary>The first story that fails, those of the given rule first; null = all hold. A story that needs more of HaCore than is compiled here is not told.</summary>
    public static (string Name, string Why)? FirstFailing(string rule, out int told, out int untold)
    {
        told = 0;
        untold = 0;
        foreach (var (method, data) in All().OrderBy(s => RulesOf(s.Method).Contains(rule) ? 0 : 1).ThenBy(s => s.Method.DeclaringType!.Name, StringComparer.Ordinal))
        {
            told++;
            if (Tell(method, data, ref untold) is { } why)
            {
                var arguments = data.Length == 0 ? "" : $"({string.Join(", ", data)})";
                return ($"{method.DeclaringType!.Name}.{method.Name}{arguments}", why);
            }
        }

        return null;
    }

    private static string? Tell(MethodInfo method, object?[] data, ref int untold)
    {
        try
        {
            method.Invoke(Activator.CreateInstance(method.DeclaringType!), data);
            return null;
        }
        catch (TargetInvocationException e) when (e.InnerException is TypeLoadException or MissingMemberException)
        {
            untold++;
            return null;
        }
        catch (TargetInvocationException e)
        {
            return e.InnerException!.Message;
        }
    }

    private static IEnumerable<(MethodInfo Method, object?[] Data)> All()
    {
        foreach (var type in typeof(Stories).Assembly.GetTypes().Where(t => t.Namespace == "HaCore.Tests.Scenarios" && t.Name.EndsWith("Scenarios", StringComparison.Ordinal)))
        {
            foreach (var method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                if (method.GetCustomAttribute<FactAttribute>() is not null)
                {
                    yield return (method, []);
                }

                foreach (var row in method.GetCustomAttributes<InlineDataAttribute>())
                {
                    yield return (method, row.Data);
                }

                if (method.GetCustomAttribute<MemberDataAttribute>() is { } member)
                {
                    var source = type.GetMember(member.Member, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Single();
                    var rows = source is MethodInfo make ? make.Invoke(null, null) : ((PropertyInfo)source).GetValue(null);
                    foreach (var row in (IEnumerable<object?[]>)rows!)
                    {
                        yield return (method, row);
                    }
                }
            }
        }
    }

    private static IEnumerable<string> RulesOf(MethodInfo method) =>
        method.GetCustomAttributes<TraitAttribute>().Concat(method.DeclaringType!.GetCustomAttributes<TraitAttribute>()).Where(t => t.Name == "Rule").Select(t => t.Value);
}
