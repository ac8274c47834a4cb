using System.Diagnostics;
using System.Text.Json;

namespace HaCore.Bench.Lateness;

/// <summary>This program again, as a child whose standard streams are ours.</summary>
internal static class Child
{
    public static Process Start(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start)!;
    }

    public static async ValueTask EndAsync(Process process)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }
}

/// <summary>A <see cref="LoadedNode"/>.</summary>
internal sealed class ChildNode(Process process) : IAsyncDisposable
{
    public static ChildNode Start(NodeSettings settings, string file)
    {
        File.WriteAllText(file, JsonSerializer.Serialize(settings, BenchJson.Default.NodeSettings));
        return new ChildNode(Child.Start(LoadedNode.CommandName, file));
    }

    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
        {
            throw new InvalidOperationException("A node did not start.");
        }
    }

    public async Task<NodeFigures> EndAsync(CancellationToken cancellationToken)
    {
        await process.StandardInput.WriteLineAsync("end");
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("A node ended without its figures.");
        return JsonSerializer.Deserialize(line, BenchJson.Default.NodeFigures)!;
    }

    public ValueTask DisposeAsync() => Child.EndAsync(process);
}

/// <summary>Busy processes, one for each core.</summary>
internal sealed class BusyCores(int count) : IAsyncDisposable
{
    private readonly List<Process> _processes = [.. Enumerable.Range(0, count).Select(_ => Child.Start(BusyProcess.CommandName))];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await Child.EndAsync(process);
        }
    }
}
