using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Configuration;

/// <summary>
/// A kind of agent, transport or device, closed over its types at registration so that nothing is looked up by name at run time (trimming).
/// </summary>
internal sealed class Component<TContract> where TContract : class
{
    private readonly Func<IServiceProvider, string, IReadOnlyList<HeartbeatMember>, TContract> _create;
    private readonly Func<IServiceProvider, string, object?> _options;

    private Component(
        Type implementation, OptionsShape shape, Func<IServiceProvider, string, IReadOnlyList<HeartbeatMember>, TContract> create,
        Func<IServiceProvider, string, object?> options)
    {
        Implementation = implementation;
        Shape = shape;
        _create = create;
        _options = options;
    }

    public Type Implementation { get; }

    /// <summary>Which keys a configuration section of this kind may have.</summary>
    public OptionsShape Shape { get; }

    /// <summary>Is it made of members?</summary>
    public bool IsComposite { get; private init; }

    /// <summary>A new instance with its own options.</summary>
    public TContract Create(IServiceProvider services, string optionsName, IReadOnlyList<HeartbeatMember> members) => _create(services, optionsName, members);

    /// <summary>The options, bound and validated; null for a kind that has none. Throws what is wrong with them.</summary>
    public object? Options(IServiceProvider services, string optionsName) => _options(services, optionsName);

    public static Component<TContract> With<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>()
        where TImplementation : class, TContract
        where TOptions : class
    {
        var factory = ActivatorUtilities.CreateFactory<TImplementation>([typeof(TOptions)]);
        return new(
            typeof(TImplementation),
            OptionsShape.Of<TOptions>(),
            (services, name, _) => factory(services, [OptionsOf<TOptions>(services, name)]),
            OptionsOf<TOptions>);
    }

    /// <summary>One whose constructor takes its members beside its options.</summary>
    public static Component<TContract> Composite<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation,
        [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>()
        where TImplementation : class, TContract
        where TOptions : class
    {
        var factory = ActivatorUtilities.CreateFactory<TImplementation>([typeof(TOptions), typeof(IReadOnlyList<HeartbeatMember>)]);
        return new(
            typeof(TImplementation),
            OptionsShape.Of<TOptions>(),
            (services, name, members) => factory(services, [OptionsOf<TOptions>(services, name), members]),
            OptionsOf<TOptions>)
        {
            IsComposite = true,
        };
    }

    public static Component<TContract> Without<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>()
        where TImplementation : class, TContract
    {
        var factory = ActivatorUtilities.CreateFactory<TImplementation>([]);
        return new(typeof(TImplementation), OptionsShape.Empty, (services, _, _) => factory(services, []), (_, _) => null);
    }

    public static Component<TContract> From(Func<IServiceProvider, TContract> create) =>
        new(typeof(TContract), OptionsShape.Empty, (services, _, _) => create(services), (_, _) => null);

    private static TOptions OptionsOf<[DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(IServiceProvider services, string name)
        where TOptions : class =>
        services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    /// <summary>The configuration type word of a class that was registered without one: its name without the customary ending.</summary>
    public string DefaultWord
    {
        get
        {
            var name = Implementation.Name;
            foreach (var ending in (ReadOnlySpan<string>)["ResourceAgent", "Agent", "HeartbeatTransport", "Transport", "FencingDevice", "Device", "SelfFencing"])
            {
                if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.Ordinal))
                {
                    return name[..^ending.Length];
                }
            }

            return name;
        }
    }
}

/// <summary>A configuration type word and what it stands for.</summary>
internal sealed record ComponentWord<TContract, TSettings>(string Word, Component<TContract> Component, Action<TSettings>? Defaults)
    where TContract : class;
