using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using TwoNodeCluster.RealHost;

namespace TwoNodeCluster.Tests;

public sealed class SyslogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hacore-test-");

    private string Device => Path.Combine(_folder.FullName, "log");

    [Fact]
    public void A_line_goes_out_with_facility_local0_and_its_severity()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no syslog there.");
        using Socket daemon = StartDaemon();
        using var provider = new SyslogLoggerProvider(Device, "hacore");
        ILogger logger = provider.CreateLogger("HaCore.unipd");

        logger.Log(LogLevel.Warning, default, "link lan is lost\nsince 2 s", null, (text, _) => text);

        Assert.Equal($"<132>hacore[{Environment.ProcessId}]: unipd: link lan is lost since 2 s", Read(daemon)); // 16 * 8 + 4
    }

    [Fact]
    public void A_daemon_that_is_missing_or_restarted_loses_lines_and_never_stops_the_host()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no syslog there.");
        using var provider = new SyslogLoggerProvider(Device, "hacore");
        ILogger logger = provider.CreateLogger("unipd");

        Write("nobody is there");
        using (Socket first = StartDaemon())
        {
            Write("first daemon");
            Assert.EndsWith("first daemon", Read(first), StringComparison.Ordinal);
        }

        Write("nobody again");
        File.Delete(Device);
        using Socket second = StartDaemon();
        Write("second daemon");

        Assert.EndsWith("second daemon", Read(second), StringComparison.Ordinal);

        void Write(string text) => logger.Log(LogLevel.Information, default, text, null, (state, _) => state);
    }

    [Fact]
    public void A_daemon_that_does_not_read_costs_lines_and_no_time()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no syslog there.");
        using Socket daemon = StartDaemon();
        using var provider = new SyslogLoggerProvider(Device, "hacore");
        ILogger logger = provider.CreateLogger("unipd");

        for (int line = 0; line < 10_000; line++) // far beyond what any socket buffers: a blocking send would never end
        {
            logger.Log(LogLevel.Information, default, "one of many", null, (state, _) => state);
        }

        Assert.EndsWith("one of many", Read(daemon), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Socket StartDaemon()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Device));
        return socket;
    }

    private static string Read(Socket daemon)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, daemon.Receive(buffer));
    }
}
