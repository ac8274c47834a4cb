using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using HaCore;

namespace TwoNodeCluster.Tests;

/// <summary>The real host with a manager that speaks sd_notify(3), and no peer.</summary>
public sealed partial class RealHostTests : IDisposable
{
    private const int SigTerm = 15;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hacore-test-");
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    [Fact(Timeout = 60_000)]
    public async Task Under_systemd_it_says_ready_feeds_the_watchdog_and_asks_for_its_stop_time()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is there only.");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string notify = Path.Combine(_folder.FullName, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(notify));

        // The host believes in systemd when its parent is called so: a shell of that name. It says whom it started, and ends as that does.
        string manager = Path.Combine(_folder.FullName, "systemd");
        File.CreateSymbolicLink(manager, "/bin/sh");
        string program = Path.Combine(AppContext.BaseDirectory, "TwoNodeCluster");
        var start = new ProcessStartInfo(manager, ["-c", "\"$0\" --config \"$1\" --node alpha & echo $!; wait $!; exit $?", program, WriteConfiguration()]);
        start.Environment["NOTIFY_SOCKET"] = notify;
        start.Environment["WATCHDOG_USEC"] = "600000"; // a ping every 0.2 s
        start.Environment["HACORE_STOP_TIMEOUT"] = "00:00:01";
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        // The program under test is a process; the command runner belongs to what is tested.
#pragma warning disable RS0030
        using Process host = Process.Start(start)!;
#pragma warning restore RS0030
        int main = int.Parse(await host.StandardOutput.ReadLineAsync(cancellationToken) ?? "", CultureInfo.InvariantCulture);
        Task<string> output = host.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = host.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await ReadUntilAsync("READY=1", cancellationToken);
            for (int ping = 0; ping < 5; ping++) // the first may come before the engine runs; five need its progress
            {
                await ReadUntilAsync("WATCHDOG=1", cancellationToken);
            }

            Assert.Equal(0, Kill(main, SigTerm));
            await ReadUntilAsync("EXTEND_TIMEOUT_USEC=", cancellationToken);
            await host.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            if (!host.HasExited)
            {
                host.Kill(entireProcessTree: true);
            }
        }

        Assert.True(host.ExitCode == 0, $"exit code {host.ExitCode}\n{await output}\n{await error}");
        Assert.Contains("TimeoutStopSec", await output, StringComparison.Ordinal); // 1 s is less than any budget
    }

    public void Dispose()
    {
        _manager.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task ReadUntilAsync(string wanted, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[4096];
        string message;
        do
        {
            message = Encoding.UTF8.GetString(buffer, 0, await _manager.ReceiveAsync(buffer, cancellationToken));
        }
        while (!message.Contains(wanted, StringComparison.Ordinal));
    }

    private string WriteConfiguration()
    {
        string key = Path.Combine(_folder.FullName, "shop.key");
        ClusterKeyFile.Create(key);
        string file = Path.Combine(_folder.FullName, "appsettings.json");
        File.WriteAllText(file, $$"""
            {
              "ClusterName": "shop",
              "Control": { "SocketPath": "{{Path.Combine(_folder.FullName, "control.sock")}}" },
              "HaCluster": {
                "Nodes": [ { "Name": "alpha" }, { "Name": "beta" } ],
                "KeyFile": "{{key}}",
                "StateDirectory": "{{Path.Combine(_folder.FullName, "state")}}",
                "Fencing": { "Policy": "Wait" },
                "Links": [
                  { "Name": "lan", "Type": "Udp", "PeerAddress": "127.0.0.1", "LocalAddress": "127.0.0.1", "LocalPort": {{FreePort()}}, "PeerPort": {{FreePort()}} }
                ],
                "Groups": []
              }
            }
            """);
        return file;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
