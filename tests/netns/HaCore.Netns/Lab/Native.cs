using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HaCore.Netns.Lab;

/// <summary>The system calls that .NET has no name for. Numbers are those of 64-bit Linux.</summary>
internal static partial class Native
{
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;
    public const int SignalContinue = 18;
    public const int SignalStop = 19;

    private const int CloneNewNet = 0x40000000;
    private const int OpenReadOnlyCloseOnExec = 0x80000;
    private const int ClockMonotonic = 1;
    private const int TimerAbsolute = 1;
    private const int Interrupted = 4;
    private const int NoSuchProcess = 3;

    /// <summary>Moves the calling thread, and no other, into a network namespace. The thread must be one that ends there, never the pool's.</summary>
    public static void EnterNamespace(string name)
    {
        var descriptor = Open($"/run/netns/{name}", OpenReadOnlyCloseOnExec);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"network namespace {name} cannot be opened");
        }

        var result = SetNamespace(descriptor, CloneNewNet);
        var error = Marshal.GetLastPInvokeError();
        _ = Close(descriptor);
        if (result != 0)
        {
            throw new Win32Exception(error, $"network namespace {name} cannot be entered");
        }
    }

    /// <summary>Waits until a moment of the monotonic clock, in nanoseconds: the client's pace, which must not drift with the time a send takes.</summary>
    public static void SleepUntil(long nanoseconds)
    {
        var due = new TimeSpecification(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        while (ClockNanosleep(ClockMonotonic, TimerAbsolute, in due, 0) == Interrupted)
        {
            // A signal woke it: the due time is absolute, so the same call goes on waiting.
        }
    }

    /// <summary>False when the process is gone already.</summary>
    public static bool Signal(int process, int signal)
    {
        if (Kill(process, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error, $"signal {signal} to process {process}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int ClockNanosleep(int clock, int flags, in TimeSpecification due, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpecification(long seconds, long nanoseconds)
    {
        public readonly long Seconds = seconds;
        public readonly long Nanoseconds = nanoseconds;
    }
}
