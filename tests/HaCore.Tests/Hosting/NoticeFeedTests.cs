using HaCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace HaCore.Tests.Hosting;

public sealed class NoticeFeedTests
{
    private static readonly EventId Something = new(1040, nameof(Something));
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2004, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly NoticeFeed _feed;

    public NoticeFeedTests() => _feed = new NoticeFeed(_time, incarnation: 7);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_gets_what_was_kept_and_then_what_comes()
    {
        Add("one");
        await using var reader = _feed.ReadAsync(0, Token).GetAsyncEnumerator(Token);

        Assert.Equal(
            new ClusterNotice { Sequence = 1, Incarnation = 7, Time = _time.GetUtcNow(), Level = LogLevel.Warning, EventId = 1040, Event = "Something", Subject = "web", Detail = "one" },
            await Next(reader));
        var next = reader.MoveNextAsync();
        Assert.False(next.IsCompleted);
        Add("two");
        Assert.True(await next);
        Assert.Equal((2, "two"), (reader.Current.Sequence, reader.Current.Detail));
    }

    [Fact]
    public async Task A_reader_goes_on_after_the_one_it_has()
    {
        Add("one");
        Add("two");
        Add("three");
        _feed.Complete();

        Assert.Equal(["three"], await Rest(after: 2));
        Assert.Empty(await Rest(after: 3));
    }

    [Fact]
    public async Task The_newest_thousand_are_kept_and_the_gap_shows()
    {
        for (var i = 1; i <= NoticeFeed.Kept + 5; i++)
        {
            Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        _feed.Complete();
        var sequences = await _feed.ReadAsync(2, Token).Select(notice => notice.Sequence).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(6, NoticeFeed.Kept).Select(i => (long)i), sequences);
    }

    [Fact]
    public async Task Readers_end_when_the_cluster_has_ended()
    {
        var waiting = Rest(after: 0);
        Add("last");
        _feed.Complete();

        Assert.Equal(["last"], await waiting);
    }

    [Fact]
    public void Whoever_still_speaks_after_the_end_is_not_harmed()
    {
        _feed.Complete();
        Add("late");
        Add("later");

        Assert.Equal(["late", "later"], _feed.ReadAsync(0, Token).ToBlockingEnumerable(Token).Select(notice => notice.Detail));
    }

    [Fact]
    public void Lines_of_the_shell_are_kept_once_and_passed_on()
    {
        var inner = new FakeLogger();
        inner.ControlLevel(LogLevel.Information, false);
        var logger = new NoticeLogger(inner, _feed, ownIdsFrom: 1200);
        Log.EngineLeft(logger, "unipd", "novanta", "as asked");
        logger.Log(LogLevel.Warning, Something, "kept already by the engine", null, (state, _) => state);
        logger.Log(LogLevel.Debug, new EventId(1225), "too small", null, (state, _) => state);
        _feed.Complete();

        var notice = Assert.Single(_feed.ReadAsync(0, Token).ToBlockingEnumerable(Token));
        Assert.Equal((1201, "EngineLeft", "unipd", "node novanta ended in order: as asked"), (notice.EventId, notice.Event, notice.Subject, notice.Detail));
        Assert.Equal(["kept already by the engine", "too small"], inner.Collector.GetSnapshot().Select(line => line.Message));
    }

    private void Add(string detail) => _feed.Add(LogLevel.Warning, Something, "web", detail);

    private async Task<List<string>> Rest(long after) => await _feed.ReadAsync(after, Token).Select(notice => notice.Detail).ToListAsync(Token);

    private static async Task<ClusterNotice> Next(IAsyncEnumerator<ClusterNotice> reader)
    {
        Assert.True(await reader.MoveNextAsync());
        return reader.Current;
    }
}
