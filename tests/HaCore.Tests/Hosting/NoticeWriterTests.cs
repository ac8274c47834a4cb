using HaCore.Engine;
using HaCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace HaCore.Tests.Hosting;

public sealed class NoticeWriterTests
{
    [Theory]
    [InlineData(NoticeLevel.Debug, LogLevel.Debug)]
    [InlineData(NoticeLevel.Information, LogLevel.Information)]
    [InlineData(NoticeLevel.Warning, LogLevel.Warning)]
    [InlineData(NoticeLevel.Error, LogLevel.Error)]
    [InlineData(NoticeLevel.Critical, LogLevel.Critical)]
    internal void A_notice_becomes_a_line_with_its_fixed_id_and_name(NoticeLevel level, LogLevel expected)
    {
        var logger = new FakeLogger();

        NoticeWriter.WriteNow(logger, new Decision.Notice(NoticeKind.LinkLost, level, "lan", "silent for 2 s"));

        var record = Assert.Single(logger.Collector.GetSnapshot());
        Assert.Equal((1022, "LinkLost", expected, "lan: silent for 2 s"), (record.Id.Id, record.Id.Name, record.Level, record.Message));
    }

    [Fact]
    public void No_id_of_a_notice_is_an_id_of_the_shell() => Assert.All(Enum.GetValues<NoticeKind>(), kind => Assert.InRange((int)kind, 0, 199));

    [Fact]
    public async Task A_log_that_does_not_keep_up_loses_lines_and_says_how_many()
    {
        var logger = new FakeLogger();
        var writer = new NoticeWriter("test", logger);
        for (var i = 0; i < 2000; i++)
        {
            writer.Write(new Decision.Notice(NoticeKind.LinkUp, NoticeLevel.Debug, "lan", "up"));
        }

        writer.Start();
        writer.Stop();
        await writer.Ended.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(1024, logger.Collector.GetSnapshot().Count(record => record.Id.Id == 1020));
        Assert.Contains(logger.Collector.GetSnapshot(), record => record.Id.Id == 1206 && record.Message.Contains("976", StringComparison.Ordinal));
    }
}
