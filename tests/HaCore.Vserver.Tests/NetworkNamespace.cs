using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace HaCore.Vserver.Tests;

/// <summary>
/// A network namespace of its own, alive as long as its thread. Work runs on that thread; sockets opened there stay in the namespace wherever they are used,
/// and programs started there run in it.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource<string> _path = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NetworkNamespace()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
    }

    /// <summary>Why this machine allows no namespaces; null when it does.</summary>
    public static string? Unavailable { get; } = FindObstacle();

    /// <summary>Names the namespace for "ip ... netns".</summary>
    public string Path => _path.Task.GetAwaiter().GetResult();

    public static NetworkNamespace Create()
    {
        var created = new NetworkNamespace();
        _ = created.Path;
        return created;
    }

    public T Run<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Runs ip(8) in the namespace.</summary>
    public string Ip(string arguments) => Run(() =>
    {
        // Not through the command runner: the child must be forked by this very thread to be in its namespace.
#pragma warning disable RS0030
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
#pragma warning restore RS0030
        string output = process.StandardOutput.ReadToEnd();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"ip {arguments}: {error}");
    });

    /// <summary>Hears every ARP frame of the namespace.</summary>
    public Socket ListenForArp() => Run(() =>
        new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)IPAddress.HostToNetworkOrder((short)0x0806)) { ReceiveTimeout = 10_000 });

    /// <summary>Takes all capabilities from the calling thread, which must be that of a namespace. Credentials belong to threads in Linux.</summary>
    public static bool DropCapabilities()
    {
        const uint Version3 = 0x20080522;
        ulong header = Version3; // version, then thread 0: the calling one
        ReadOnlySpan<uint> none = [0, 0, 0, 0, 0, 0];
        return SetCapabilities(ref header, none) == 0 ? true : throw new InvalidOperationException($"capset: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Loop()
    {
        if (Unshare(NewNetwork) != 0)
        {
            _path.SetException(new InvalidOperationException($"unshare: {Marshal.GetLastPInvokeErrorMessage()}"));
            return;
        }

        _path.SetResult($"/proc/{Environment.ProcessId}/task/{GetThreadId()}/ns/net");
        foreach (Action work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "network namespaces are a Linux feature";
        }

        try
        {
            using NetworkNamespace first = Create();
            first.Ip("link add hatest0 type veth peer name hatest1");
            first.ListenForArp().Dispose();
            return null;
        }
        catch (Exception e)
        {
            return $"this machine allows no network namespaces: {e.Message}";
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(ref ulong header, ReadOnlySpan<uint> sets);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
