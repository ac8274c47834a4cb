using System.Diagnostics.CodeAnalysis;
using HaCore;
using HaCore.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class HaClusterBuilderExtensions
{
    private static IHaClusterBuilder AddType<TContract, TSettings, [DynamicallyAccessedMembers(OptionsShape.Members)] TOptions>(
        this IHaClusterBuilder builder,
        Dictionary<string, ComponentWord<TContract, TSettings>> types,
        ComponentWord<TContract, TSettings> type,
        Action<IConfigurationSection, TOptions> bind,
        IReadOnlyList<string> reserved)
        where TContract : class
        where TOptions : class
    {
        ArgumentException.ThrowIfNullOrEmpty(type.Word);
        ArgumentNullException.ThrowIfNull(bind);
        if (types.TryGetValue(type.Word, out var known))
        {
            return known.Component.Implementation == type.Component.Implementation
                ? builder
                : throw new InvalidOperationException(
                    $"The type word \"{type.Word}\" stands for {known.Component.Implementation} already and cannot stand for {type.Component.Implementation} as well: choose another.");
        }

        if (reserved.FirstOrDefault(key => type.Component.Shape.TryGet(key, out _)) is { } taken)
        {
            throw new InvalidOperationException(
                $"{typeof(TOptions)}.{taken} cannot be set from configuration, because \"{taken}\" belongs to every entry of this kind: rename the property.");
        }

        types.Add(type.Word, type);
        var cluster = builder.Name;
        builder.Services.AddSingleton<IConfigureOptions<TOptions>>(services => new OptionsBinding<TOptions>(services, cluster, type.Word, bind));
        builder.Services.AddSingleton<IPostConfigureOptions<TOptions>>(services => new OptionsBinding<TOptions>(services, cluster, type.Word, bind));
        return builder;
    }
}
