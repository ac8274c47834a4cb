using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HaCore.Configuration;

/// <summary>
/// A kind of agent, transport or device, closed over its types at registration so that nothing is looked up by name at run time (trimming).
/// </summary>
internal sealed class Component<TContract> where TContract : class
{
    private readonly Func<IServiceProvider, string, TContract> _create;
    private readonly Action<IServiceProvider, string> _validate;

    private Component(Type implementation, OptionsShape shape, Func<IServiceProvider, string, TContract> create, Action<IServiceProvider, string> validate)
    {
        Implementation = implementation;
        Shape = shape;
        _create = create;
        _validate = validate;
    }

    public Type Implementation { get; }

    /// <summary>Which keys a configuration section of this kind may have.</summary>
    public OptionsShape Shape { get; }

    /// <summary>A new instance with its own options.</summary>
    public TContract Create(IServiceProvider services, string optionsName) => _create(services, optionsName);

    /// <summary>Binds and validates the options; throws what is wrong with them.</summary>
    public void Validate(IServiceProvider services, string optionsName) => _validate(services, optionsName);

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
            (services, name) => factory(services, [Options(services, name)]),
            (services, name) => Options(services, name));

        static TOptions Options(IServiceProvider services, string name) => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
    }

    public static Component<TContract> Without<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>()
        where TImplementation : class, TContract
    {
        var factory = ActivatorUtilities.CreateFactory<TImplementation>([]);
        return new(typeof(TImplementation), OptionsShape.Empty, (services, _) => factory(services, []), (_, _) => { });
    }

    public static Component<TContract> From(Func<IServiceProvider, TContract> create) =>
        new(typeof(TContract), OptionsShape.Empty, (services, _) => create(services), (_, _) => { });

    /// <summary>The configuration type word of a class that was registered without one: its name without the customary ending.</summary>
    public string DefaultWord
    {
        get
        {
            var name = Implementation.Name;
            foreach (var ending in (ReadOnlySpan<string>)["ResourceAgent", "Agent", "HeartbeatTransport", "Transport", "FencingDevice"])
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
