using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using HaCore.Control.Contract;

namespace HaCore.Tool;

/// <summary>The commands that the engine carries out.</summary>
internal static class ClusterCommands
{
    public static async Task<int> SendAsync<TRequest>(
        ToolSession session, string command, TRequest request, JsonTypeInfo<TRequest> type, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        return await SendAsync(session, cluster, command, request, type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Shows what is known about the peer, and has the operator say its name before anything is sent.</summary>
    public static async Task<int> ConfirmDownAsync(ToolSession session, string node, string? token, bool isSure, CancellationToken cancellationToken)
    {
        var cluster = await session.GetClusterAsync(cancellationToken).ConfigureAwait(false);
        var snapshot = await session.GetSnapshotAsync(cluster, cancellationToken).ConfigureAwait(false);
        var peer = snapshot.Nodes.FirstOrDefault(known => known.Node == node && !known.Local)
            ?? throw new ToolException(ExitCode.Usage, $"{node} is not the peer of this node; the peer is {string.Join(", ", snapshot.Nodes.Where(known => !known.Local).Select(known => known.Node))}");
        await session.Console.Out.WriteAsync(Describe(snapshot, peer)).ConfigureAwait(false);
        if (peer.ConfirmDownToken is null)
        {
            throw new ToolException(ExitCode.Refused, snapshot.HasSession ? $"{node} is in session: it lives, and cannot be confirmed down" : $"{node} is taken for down already: there is nothing to confirm");
        }

        if (isSure && token is not null)
        {
            return await SendConfirmAsync(session, cluster, node, token, cancellationToken).ConfigureAwait(false);
        }

        if (!session.Console.IsInteractive)
        {
            throw new ToolException(ExitCode.NotConfirmed, $"nothing was sent. Without a terminal it takes both --token {token ?? "TOKEN"} (shown by hactl status --json once {node} is known to be off) and --yes");
        }

        await session.Console.Out.WriteAsync($"Type the name of the node to confirm that it is off: ").ConfigureAwait(false);
        await session.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
        var typed = await session.Console.In.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (typed?.Trim() != node)
        {
            throw new ToolException(ExitCode.NotConfirmed, $"nothing was sent: \"{Plain.Line(typed ?? "")}\" is not {node}");
        }

        return await SendConfirmAsync(session, cluster, node, token ?? peer.ConfirmDownToken, cancellationToken).ConfigureAwait(false);
    }

    private static Task<int> SendConfirmAsync(ToolSession session, string cluster, string node, string token, CancellationToken cancellationToken) =>
        SendAsync(session, cluster, "confirm-down", new ConfirmDownRequest(node, token), ContractJson.Default.ConfirmDownRequest, cancellationToken);

    private static async Task<int> SendAsync<TRequest>(
        ToolSession session, string cluster, string command, TRequest request, JsonTypeInfo<TRequest> type, CancellationToken cancellationToken)
    {
        var answer = await session.Client.CommandAsync(cluster, command, request, type, cancellationToken).ConfigureAwait(false);
        if (!answer.Accepted)
        {
            throw new ToolException(ExitCode.Refused, $"refused: {answer.Detail}");
        }

        await session.Console.Out.WriteLineAsync(Plain.Line(answer.Detail)).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static string Describe(SnapshotDocument snapshot, NodeDocument peer)
    {
        var silent = peer.SilentForSeconds is { } seconds ? $", silent for {StatusView.Duration(seconds)}" : "";
        var heard = string.Concat(snapshot.Links.Select(link =>
            $"  link {link.Link}: {(link.LastHeardSeconds is { } ago ? $"last heard {StatusView.Duration(ago)} ago" : "never heard")}{(link.Detail is null ? "" : $" ({Plain.Line(link.Detail)})")}\n"));
        var held = string.Concat(snapshot.Groups.Select(group =>
            $"  group {group.Group}: {(group.PeerHold switch { "Held" => "it held this when it was last heard", "NotHeld" => "it did not hold this", _ => "it is not known whether it holds this" })}\n"));
        return string.Create(CultureInfo.InvariantCulture,
            $"{peer.Node}: {peer.State}{silent}, start {peer.Incarnation}\n{heard}{held}If it is not really off, confirming it starts its groups a second time, and data is lost.\n");
    }
}
