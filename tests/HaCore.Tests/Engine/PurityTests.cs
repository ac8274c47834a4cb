using System.Reflection;
using System.Runtime.CompilerServices;
using HaCore.Engine;

namespace HaCore.Tests.Engine;

/// <summary>The core decides; it does no I/O, waits for nothing and knows no clock. Otherwise no simulation of it would prove anything.</summary>
public sealed class PurityTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] s_forbidden =
        ["System.Threading.Tasks", "System.Threading.Timer", "System.Net", "System.IO", "Microsoft.Extensions", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.DateTime"];

    [Fact]
    public void Engine_and_wire_mention_no_task_no_file_no_socket_no_logger_and_no_clock()
    {
        var types = typeof(ClusterMachine).Assembly.GetTypes().Where(IsCore).ToList();
        Assert.True(types.Count > 20, $"only {types.Count} types were found: the namespaces have moved and this test looks at nothing");
        var offences = types.SelectMany(type => Mentions(type).Where(IsForbidden).Select(used => $"{type} mentions {used}")).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal([], offences);
    }

    private static bool IsCore(Type type) =>
        type.Namespace is "HaCore.Engine" or "HaCore.Wire";

    /// <summary>Every type in a signature, a field or a local variable of the type's own members, and what they are made of.</summary>
    private static IEnumerable<Type> Mentions(Type type)
    {
        IEnumerable<Type> direct =
        [
            .. type.GetInterfaces(),
            .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
            .. type.GetFields(Declared).Select(field => field.FieldType),
            .. type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)).SelectMany(OfMethod),
        ];
        return direct.SelectMany(Parts);
    }

    private static IEnumerable<Type> OfMethod(MethodBase method) =>
    [
        .. method is MethodInfo function ? [function.ReturnType] : Type.EmptyTypes,
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [],
        .. method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null ? [typeof(Task)] : Type.EmptyTypes,
    ];

    private static IEnumerable<Type> Parts(Type type)
    {
        yield return type;
        foreach (var part in type.IsGenericType ? type.GetGenericArguments() : type.HasElementType ? [type.GetElementType()!] : Type.EmptyTypes)
        {
            foreach (var inner in Parts(part))
            {
                yield return inner;
            }
        }
    }

    private static bool IsForbidden(Type type) =>
        type.FullName is { } name && s_forbidden.Any(forbidden => name.StartsWith(forbidden, StringComparison.Ordinal));
}
