using HaCore.Control;
using HaCore.Control.Contract;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The operator's door of HaCore in a web application.</summary>
public static class HaClusterEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps status, events and commands of every cluster of this host. Whoever reaches them may stop services: protect them with
    /// <c>.RequireAuthorization("policy")</c>, a host filter or a port of their own. All addresses, fields and answers: docs/reference/control.md.
    /// </summary>
    /// <param name="endpoints">The application. The clusters must be in its services.</param>
    /// <param name="prefix">Address that everything begins with. Default "/hacore".</param>
    /// <returns>For conventions on all of the endpoints.</returns>
    /// <remarks>Each command is logged with the name of the authenticated user. Requests that the policy refuses do not come so far.</remarks>
    public static IEndpointConventionBuilder MapHaCluster(this IEndpointRouteBuilder endpoints, string prefix = ControlPaths.Prefix)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        return new ControlDoor(endpoints.ServiceProvider).Map(endpoints, prefix);
    }
}
