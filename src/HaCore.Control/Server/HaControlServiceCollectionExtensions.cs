using HaCore.Control;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the operator's door to a host.</summary>
public static class HaControlServiceCollectionExtensions
{
    /// <summary>
    /// Serves status, events and commands of every cluster of this host on a Unix domain socket, for <c>hactl</c>. The mode of the socket is the permission; every command
    /// is logged with the uid and the process that sent it. In a web application that has its own authorisation, use <c>MapHaCluster</c> instead, or both.
    /// </summary>
    /// <param name="services">The host's services. The order of this call and of <c>AddHaCluster</c> does not matter.</param>
    /// <param name="configure">Sets the options; null for the defaults. Bad ones stop the host's start.</param>
    /// <remarks>
    /// The door opens while the host starts and closes after every cluster has left, so that an operator can watch the leaving. When it cannot be opened the host goes on:
    /// the log says so (event 3001) and it is tried again.
    /// </remarks>
    public static IServiceCollection AddHaControl(this IServiceCollection services, Action<HaControlOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddOptions<HaControlOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<HaControlOptions>, HaControlOptionsValidator>());
        if (services.All(service => service.ServiceType != typeof(ControlServer)))
        {
            services.AddSingleton<ControlServer>();
            // First of all hosted services, so the last to be stopped, whatever the order of the calls.
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(provider => provider.GetRequiredService<ControlServer>()));
        }

        return services;
    }
}
