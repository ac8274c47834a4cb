using System.Diagnostics;

namespace HaCore.Bench.Lateness;

/// <summary>Puts a load on the process that it runs in.</summary>
internal sealed class Load : IDisposable
{
    private const int LiveBytes = 200_000_000;
    private const int BlockBytes = 1024;
    private const int ChurnBytesPerMillisecond = 1_000_000;
    private const int BlockedItems = 400;
    private static readonly TimeSpan CollectionInterval = TimeSpan.FromMilliseconds(500);

    private readonly ManualResetEventSlim _end = new();
    private readonly Thread? _thread;

    public Load(LoadKind kind)
    {
        _thread = kind switch
        {
            LoadKind.AllocationChurn => new Thread(Churn) { IsBackground = true, Name = "churn" },
            LoadKind.FullCollections => new Thread(Collect) { IsBackground = true, Name = "collect" },
            LoadKind.Idle or LoadKind.BusyCores or LoadKind.BlockedPool => null,
        };
        _thread?.Start();
        for (var i = 0; kind == LoadKind.BlockedPool && i < BlockedItems; i++)
        {
            ThreadPool.QueueUserWorkItem(_ => _end.Wait());
        }
    }

    public void Dispose()
    {
        _end.Set();
        _thread?.Join();
    }

    private void Churn()
    {
        var live = new byte[LiveBytes / BlockBytes][];
        var clock = Stopwatch.StartNew();
        for (long allocated = 0; !_end.IsSet; allocated += BlockBytes)
        {
            live[allocated / BlockBytes % live.Length] = new byte[BlockBytes];
            if (allocated > clock.ElapsedMilliseconds * ChurnBytesPerMillisecond)
            {
                _end.Wait(1);
            }
        }

        GC.KeepAlive(live);
    }

    private void Collect()
    {
        var live = Enumerable.Range(0, LiveBytes / BlockBytes).Select(_ => new byte[BlockBytes]).ToArray();
        while (!_end.Wait(CollectionInterval))
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
        }

        GC.KeepAlive(live);
    }
}

/// <summary>A process that keeps a core busy until its standard input ends.</summary>
internal static class BusyProcess
{
    public const string CommandName = "busy";

    public static int Run()
    {
        using var end = new CancellationTokenSource();
        new Thread(() =>
        {
            Console.In.ReadToEnd();
            end.Cancel();
        })
        { IsBackground = true }.Start();
        var sum = 0UL;
        while (!end.IsCancellationRequested)
        {
            sum = (sum * 31) + 1;
        }

        return sum == 0 ? 1 : 0;
    }
}
