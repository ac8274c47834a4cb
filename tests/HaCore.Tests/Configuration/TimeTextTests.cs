using HaCore.Configuration;

namespace HaCore.Tests.Configuration;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("00:00:02", 2_000)]
    [InlineData("0:00:02", 2_000)]
    [InlineData("00:00:00.200", 200)]
    [InlineData("00:00:00.2", 200)]
    [InlineData("23:59:59", 86_399_000)]
    [InlineData("1.00:00:00", 86_400_000)]
    [InlineData("1.00:00:00.5", 86_400_500)]
    public void Time_is_read(string text, long milliseconds)
    {
        Assert.Null(TimeText.Read(text, out var value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("2", "2 means 2 days; write 00:00:02")]
    [InlineData("86400", "86400 means 86400 days; write 1.00:00:00")]
    [InlineData("0.2", "a bare number has no unit; if seconds are meant, write 00:00:00.200")]
    [InlineData("10:00", "hours:minutes:seconds")]
    [InlineData("24:00:00", "hours:minutes:seconds")]
    [InlineData("00:60:00", "hours:minutes:seconds")]
    [InlineData("-00:00:02", "hours:minutes:seconds")]
    [InlineData("2s", "hours:minutes:seconds")]
    [InlineData("99999999999999999999", "hours:minutes:seconds")]
    [InlineData("", "hours:minutes:seconds")]
    public void Anything_else_is_refused(string text, string part) => Assert.Contains(part, TimeText.Read(text, out _)!, StringComparison.Ordinal);
}
