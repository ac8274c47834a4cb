// The stories of tests/HaCore.Tests/Scenarios are compiled into this program, to be told to every mutant. These stand for the words of the test framework that they use.
#pragma warning disable CA1019, CA1710 // only read by reflection, in Stories

namespace HaCore.Tests.Scenarios;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAttribute : Attribute;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryAttribute : Attribute;

[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
internal sealed class TraitAttribute(string name, string value) : Attribute
{
    public string Name { get; } = name;
    public string Value { get; } = value;
}

[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class InlineDataAttribute(params object?[] data) : Attribute
{
    public object?[] Data { get; } = data;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MemberDataAttribute(string member) : Attribute
{
    public string Member { get; } = member;
}

public sealed class TheoryData<T1, T2, T3> : List<object?[]>
{
    public void Add(T1 first, T2 second, T3 third) => Add([first, second, third]);
}

internal static class Assert
{

    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"expected {expected} and found {actual}");
        }
    }
}
