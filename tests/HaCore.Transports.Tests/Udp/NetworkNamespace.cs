using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace HaCore.Transports.Tests;

/// <summary>
/// A network stack of the test's own: a thread that has left the stack of the computer (unshare(2)). What the thread opens and starts lives in the
/// new stack, which disappears with the thread and its sockets: there is no name and nothing to clean up.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x40000000;   // CLONE_NEWNET

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private int _error;

    private NetworkNamespace()
    {
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() => Run(ready)) { IsBackground = true };
        _thread.Start();
        ready.Wait();
    }

    /// <summary>The kernel's number of the thread: names the stack to ip(8).</summary>
    public int ThreadId { get; private set; }

    /// <summary>A new stack, or a skipped test.</summary>
    public static NetworkNamespace CreateOrSkip()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "network namespaces are Linux only");
        Assert.SkipUnless(File.Exists("/sbin/ip") || File.Exists("/usr/sbin/ip"), "ip(8) is not installed");
        var stack = new NetworkNamespace();
        if (stack._error != 0)
        {
            var reason = new Win32Exception(stack._error).Message;
            stack.Dispose();
            Assert.Skip($"a network namespace is not allowed here: {reason} (it wants CAP_SYS_ADMIN)");
        }

        return stack;
    }

    /// <summary>Runs in this stack.</summary>
    public T Do<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }

            done.Set();
        });
        done.Wait();
        failure?.Throw();
        return result;
    }

    public UdpLink Open(UdpOptions options) => Do(() => Links.Open(options));

    /// <summary>Runs ip(8) in this stack, one line per command: a child belongs to the stack of the thread that starts it.</summary>
    public void Ip(params string[] commands) => Do(() =>
    {
        foreach (var command in commands)
        {
            var start = new ProcessStartInfo("ip", command) { RedirectStandardError = true };
            // The command runner chooses its thread itself; this child must be born on this one.
#pragma warning disable RS0030
            using var process = Process.Start(start)!;
#pragma warning restore RS0030
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"ip {command}: {error}");
        }

        return true;
    });

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run(ManualResetEventSlim ready)
    {
        _error = Unshare(NewNetwork) == 0 ? 0 : Marshal.GetLastPInvokeError();
        ThreadId = GetThreadId();
        ready.Set();
        foreach (var action in _work.GetConsumingEnumerable())
        {
            action();
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}

/// <summary>Two network stacks, A and B, with two cables between them: "lan" and "cross" at both ends.</summary>
internal sealed class TwoStacks : IDisposable
{
    private TwoStacks(NetworkNamespace a, NetworkNamespace b) => (A, B) = (a, b);

    public NetworkNamespace A { get; }
    public NetworkNamespace B { get; }

    public static TwoStacks CreateOrSkip()
    {
        var two = new TwoStacks(NetworkNamespace.CreateOrSkip(), NetworkNamespace.CreateOrSkip());
        two.Cable("lan");
        two.Cable("cross");
        two.A.Ip("addr add 192.0.2.1/24 dev lan", "addr add 198.51.100.1/24 dev cross", "addr add 2001:db8:1::1/64 dev lan nodad", "addr add 2001:db8:2::1/64 dev cross nodad");
        two.B.Ip("addr add 192.0.2.2/24 dev lan", "addr add 198.51.100.2/24 dev cross", "addr add 2001:db8:1::2/64 dev lan nodad", "addr add 2001:db8:2::2/64 dev cross nodad");
        return two;
    }

    public void Cable(string name)
    {
        A.Ip($"link add {name} type veth peer name {name} netns {B.ThreadId}", $"link set {name} up");
        B.Ip($"link set {name} up");
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
