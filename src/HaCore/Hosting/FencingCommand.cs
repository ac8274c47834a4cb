namespace HaCore.Hosting;

/// <summary>"hactl fencing": looks at every fencing device now.</summary>
internal sealed class FencingCommand : IOperatorCommand
{
    public string Name => "fencing";

    public string Description => "Looks at every fencing device now, without harm. Ends with 1 when one is unusable.";

    public IReadOnlyList<OperatorCommandParameter> Parameters => [];

    public ValueTask<OperatorCommandResult> ExecuteAsync(OperatorCommandContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Cluster is HaCluster { Runtime: { } runtime }
            ? runtime.ReportFencingAsync(cancellationToken)
            : new(new OperatorCommandResult(1, "the cluster has not started yet"));
    }
}
