using HaCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TwoNodeCluster.RealHost;

/// <summary>The clean command: what is left of a program that died.</summary>
internal static class Cleaning
{
    /// <summary>How the service ended, as systemd tells ExecStopPost (systemd.exec(5)); not there when somebody types the command.</summary>
    public const string ResultVariable = "SERVICE_RESULT";

    private const string EndedInOrder = "success";
    private const string NothingCleaned = "Nothing was cleaned:";

    /// <param name="arguments">Of the node.</param>
    /// <param name="serviceResult">Value of <see cref="ResultVariable"/>; null when systemd did not start this.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> RunAsync(ClusterHostArguments arguments, string? serviceResult, CancellationToken cancellationToken)
    {
        // A program that ended in order has stopped what was to be stopped. What it left runs on purpose: it detached in maintenance, which may be over by now.
        if (serviceResult == EndedInOrder)
        {
            Console.Out.WriteLine("the program ended in order: nothing to clean");
            return ExitCode.Success;
        }

        try
        {
            using IHost host = ClusterHost.Build(arguments);   // built and never started: no engine, no links, no frames
            string cluster = host.Services.GetRequiredService<IConfiguration>()[ClusterHost.NameKey]!;
            OperationResult result = await HaClusterLeases.EndAsync(host.Services, cluster, cancellationToken);
            return Report(result);
        }
        catch (OptionsValidationException refused)
        {
            return ClusterHost.Refuse(ExitCode.Configuration, refused.Failures, NothingCleaned);
        }
        catch (Exception refused) when (refused is FileNotFoundException or InvalidDataException)
        {
            return ClusterHost.Refuse(ExitCode.Configuration, [refused.Message], NothingCleaned);
        }
    }

    private static int Report(OperationResult result)
    {
        switch (result.Outcome)
        {
            case OperationOutcome.Succeeded:
                Console.Out.WriteLine("none of the cluster's addresses is on this machine");
                return ExitCode.Success;
            case OperationOutcome.NotOnThisNode:
                Console.Out.WriteLine($"left as it is: {result.Detail}");
                return ExitCode.Success;
            case OperationOutcome.Unknown:
            case OperationOutcome.Retryable:
            case OperationOutcome.NotAnywhere:
            case OperationOutcome.HeldByPeer:
            default:
                return ClusterHost.Refuse(ExitCode.Failed, [result.Detail ?? result.Outcome.ToString()], "Not cleaned:");
        }
    }
}
