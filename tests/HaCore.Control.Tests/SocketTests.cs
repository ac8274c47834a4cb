using System.Net.Sockets;
using System.Runtime.InteropServices;
using HaCore.Control.Tests.Rig;
using HaCore.Tests.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace HaCore.Control.Tests;

/// <summary>The socket itself: who gets in, from when on, and whose it is.</summary>
public sealed partial class SocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string SocketPath => Path.Combine(_folder.Path, "door.sock");

    [Theory]
    [InlineData("0600")]
    [InlineData("0660")]
    [InlineData("777")]
    public void The_socket_has_the_mode_that_was_asked_for(string mode)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("there are no modes.");
            return;
        }

        using var socket = ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath, Mode = mode });

        Assert.Equal(Convert.ToInt32(mode, 8), (int)File.GetUnixFileMode(SocketPath));
    }

    [Fact]
    public void Nobody_gets_in_before_the_mode_is_set()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the mode of an unbound socket is a property of Linux.");
        var seen = new HashSet<int>();
        using var ended = new CancellationTokenSource();
        var former = SetMask(0);   // without care the file would have mode 0777 now
        try
        {
            var watcher = new Thread(() =>
            {
                while (!ended.IsCancellationRequested)
                {
                    if (FileStatus.Of(SocketPath) is { } status)
                    {
                        seen.Add(status.Mode & 0x1FF);
                    }
                }
            });
            watcher.Start();
            for (var i = 0; i < 500; i++)
            {
                ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath, Mode = "0640" }).Dispose();
            }

            ended.Cancel();
            watcher.Join();
        }
        finally
        {
            _ = SetMask(former);
        }

        Assert.Subset(new HashSet<int> { 0, 0x1A0 }, seen);   // closed, or 0640
        Assert.Contains(0x1A0, seen);
    }

    [Fact]
    public void The_socket_belongs_to_the_group_that_was_asked_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "only root may give a file to any group.");

        using var socket = ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath, Group = "12345" });

        Assert.Equal(12345u, FileStatus.Of(SocketPath)!.Value.Gid);
    }

    [Fact]
    public void What_a_dead_host_left_is_replaced()
    {
        LeaveStale();

        using var socket = ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath });

        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(SocketPath));
    }

    [Fact]
    public void A_living_hosts_socket_stays_and_it_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the system names the process on Linux.");
        using var living = ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath });

        var refused = Assert.Throws<IOException>(() => ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath }));

        Assert.Contains($"is served by process {Environment.ProcessId} (", refused.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(SocketPath));
    }

    [Fact]
    public void What_is_no_socket_is_not_removed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks at the type of the file.");
        File.WriteAllText(SocketPath, "someone's");

        var refused = Assert.Throws<IOException>(() => ControlSocket.Open(new HaControlOptions { SocketPath = SocketPath }));

        Assert.Contains("is not a socket", refused.Message, StringComparison.Ordinal);
        Assert.Equal("someone's", File.ReadAllText(SocketPath));
    }

    [Theory]
    [InlineData("control.sock", "0660", null, "SocketPath (\"control.sock\") must be the full path")]
    [InlineData("/run/x/", "0660", null, "SocketPath (\"/run/x/\") must be the full path")]
    [InlineData("/run/c.sock", "0999", null, "Mode (\"0999\") must be octal")]
    [InlineData("/run/c.sock", "0060", null, "Mode (\"0060\") must be octal")]
    [InlineData("/run/c.sock", "1660", null, "Mode (\"1660\") must be octal")]
    [InlineData("/run/c.sock", "0660", "no-such-group-here", "Group (\"no-such-group-here\") must be a name in /etc/group")]
    public void Bad_options_are_refused_with_value_rule_and_consequence(string path, string mode, string? group, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "paths and groups of Linux.");
        var result = new HaControlOptionsValidator().Validate(null, new HaControlOptions { SocketPath = path, Mode = mode, Group = group });

        Assert.Contains(expected, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_options_stop_the_start_of_the_host()
    {
        await using var nodes = new DoorNodes();
        var host = nodes.Alpha.Build(door: options => options.Mode = "rw");

        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_door_that_cannot_be_opened_is_loud_and_the_cluster_runs_and_it_opens_when_it_can()
    {
        await using var nodes = new DoorNodes();
        var blocker = ControlSocket.Open(new HaControlOptions { SocketPath = nodes.Alpha.SocketPath });
        await nodes.Alpha.Build().StartAsync(TestContext.Current.CancellationToken);

        var error = await nodes.Alpha.WaitForLogAsync(3001);
        await nodes.Alpha.WaitAsync(snapshot => snapshot.Groups[0].Activity == GroupActivity.Active);
        blocker.Dispose();
        await nodes.Alpha.WaitForLogAsync(3000);   // tried every 10 s

        Assert.Contains("is served by", error.Message, StringComparison.Ordinal);
        Assert.Single(nodes.Alpha.Log.GetSnapshot(), record => record.Id.Id == 3001);
    }

    [Fact]
    public async Task The_socket_is_gone_after_the_stop()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();
        Assert.True(File.Exists(nodes.Alpha.SocketPath));

        await nodes.Alpha.StopAsync();

        Assert.False(File.Exists(nodes.Alpha.SocketPath));
        Assert.Single(nodes.Alpha.Log.GetSnapshot(), record => record.Id.Id == 3002);
    }

    [Fact]
    public async Task A_host_that_is_disposed_without_a_stop_closes_its_door()
    {
        await using var nodes = new DoorNodes();
        await nodes.Alpha.StartAsync();

        await nodes.Alpha.DisposeAsync();

        Assert.False(File.Exists(nodes.Alpha.SocketPath));
    }

    public void Dispose() => _folder.Dispose();

    // A socket whose file was moved is not removed by its end.
    private void LeaveStale()
    {
        var former = SocketPath + ".former";
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(former));
        socket.Listen();
        File.Move(former, SocketPath);
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
