using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Tests.Hosting;

public sealed class StateWriterTests
{
    [Fact]
    public async Task A_write_is_answered_when_it_is_done_and_a_failure_says_why()
    {
        var clock = new EngineClock(TimeProvider.System);
        var queue = new EventQueue(clock, links: 0, resources: 0);
        var logger = new FakeLogger();
        var saved = new List<uint>();
        var writer = new StateWriter("test", state => { if (state.Incarnation == 2) { throw new IOException("disk full"); } saved.Add(state.Incarnation); }, queue, logger);
        writer.Start();

        writer.Write(new Decision.Persist(10, new PersistentState { Incarnation = 1, Groups = [] }));
        Assert.Equal((10L, null), Answer());
        writer.Write(new Decision.Persist(11, new PersistentState { Incarnation = 2, Groups = [] }));
        Assert.Equal((11L, "disk full"), Answer());
        writer.Stop();
        await writer.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal([1u], saved);
        Assert.Contains(logger.Collector.GetSnapshot(), record => record.Id.Id == 1205);

        (long, string?) Answer()
        {
            var stopped = false;
            var answer = Assert.IsType<ClusterEvent.Persisted>(queue.Take(clock.Now + TimeSpan.FromSeconds(30), ref stopped));
            return (answer.Write, answer.Error);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_logger_that_throws_loses_no_answer_of_a_write(bool throwsWhenAsked)
    {
        var clock = new EngineClock(TimeProvider.System);
        var queue = new EventQueue(clock, links: 0, resources: 0);
        var logger = new ThrowingLogger(throwsWhenAsked);
        var writer = new StateWriter("test", _ => throw new IOException("disk full"), queue, logger);
        writer.Start();

        for (var write = 1; write <= 2; write++)
        {
            writer.Write(new Decision.Persist(write, new PersistentState { Incarnation = 1, Groups = [] }));
            var stopped = false;
            var answer = Assert.IsType<ClusterEvent.Persisted>(queue.Take(clock.Now + TimeSpan.FromSeconds(30), ref stopped));
            Assert.Equal((write, "disk full"), (answer.Write, answer.Error));
        }

        writer.Stop();
        await writer.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, logger.Calls);
    }
}
