using HaCore.Control.Tests.Rig;

[assembly: AssemblyFixture(typeof(SharedPair))]

namespace HaCore.Control.Tests.Rig;

/// <summary>A running pair for tests that change nothing in it: started by the first that asks, stopped after the last test.</summary>
public sealed class SharedPair : IAsyncDisposable
{
    private readonly Lazy<Task<DoorNodes>> _pair = new(async () =>
    {
        var nodes = new DoorNodes();
        await nodes.StartBothAsync();
        return nodes;
    });

    internal static async Task<DoorNodes> GetAsync() => await (await TestContext.Current.GetFixture<SharedPair>())!._pair.Value;

    public async ValueTask DisposeAsync()
    {
        if (_pair.IsValueCreated)
        {
            await (await _pair.Value).DisposeAsync();
        }
    }
}
