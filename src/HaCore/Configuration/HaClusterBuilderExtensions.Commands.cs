using System.Diagnostics.CodeAnalysis;
using HaCore;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class HaClusterBuilderExtensions
{
    /// <summary>Adds a command to the operator's door of this cluster. Without a door (HaCore.Control) in the host it is only checked.</summary>
    /// <typeparam name="TCommand">Made once, with the services that its constructor asks for. Its names are checked when the host starts.</typeparam>
    /// <param name="builder">The cluster.</param>
    public static IHaClusterBuilder AddOperatorCommand<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TCommand>(
        this IHaClusterBuilder builder)
        where TCommand : class, IOperatorCommand
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IOperatorCommand, TCommand>(builder.Name);
        return builder;
    }

    /// <summary>Adds a command to the operator's door of this cluster. Without a door (HaCore.Control) in the host it is only checked.</summary>
    /// <param name="builder">The cluster.</param>
    /// <param name="command">One instance, for any number of calls at once. Its names are checked when the host starts.</param>
    public static IHaClusterBuilder AddOperatorCommand(this IHaClusterBuilder builder, IOperatorCommand command)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(command);
        builder.Services.AddKeyedSingleton(builder.Name, command);
        return builder;
    }
}
