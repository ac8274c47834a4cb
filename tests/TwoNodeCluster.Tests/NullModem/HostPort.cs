using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TwoNodeCluster.NullModem;

namespace TwoNodeCluster.Tests.NullModem;

/// <summary>A serial port as a host uses it: opened by its path, raw as the cable made it.</summary>
internal sealed partial class HostPort : IDisposable
{
    private const int InputAndOutput = 2;   // TCIOFLUSH
    private const int Output = 1;           // TCOFLUSH
    private const long Patience = 20;       // seconds: a machine that stands still, not the cable

    private readonly SafeFileHandle _port;

    public HostPort(string path)
    {
        _port = Posix.Open(path, Posix.ReadWrite | Posix.NoControllingTerminal | Posix.NonBlocking | Posix.CloseOnExec);
        Assert.False(_port.IsInvalid, $"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        Assert.Equal(0, Flush(_port, InputAndOutput));
    }

    /// <summary>Writes what the port takes now.</summary>
    /// <returns>How many bytes; -1 if the port refuses.</returns>
    public int TryWrite(ReadOnlySpan<byte> bytes) => (int)Posix.Write(_port, bytes, (nuint)bytes.Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[Math.Max(0, TryWrite(bytes))..];
            if (bytes.Length > 0)
            {
                Wait(4); // POLLOUT
            }
        }
    }

    /// <summary>Takes back what was written and not sent.</summary>
    public void FlushOutput() => Assert.Equal(0, Flush(_port, Output));

    /// <summary>Reads until that many bytes are there.</summary>
    public byte[] Read(int count)
    {
        byte[] bytes = new byte[count];
        for (int length = 0; length < count;)
        {
            Wait(Posix.PollIn);
            int read = (int)Posix.Read(_port, bytes.AsSpan(length), (nuint)(count - length));
            Assert.True(read > 0, $"the port hung up after {length} of {count} bytes");
            length += read;
        }

        return bytes;
    }

    /// <summary>What is there to read now.</summary>
    public byte[] ReadAvailable()
    {
        byte[] bytes = new byte[64 * 1024];
        return bytes[..Math.Max(0, (int)Posix.Read(_port, bytes, (nuint)bytes.Length))];
    }

    /// <summary>Waits until the port hangs up.</summary>
    public void WaitHangUp() => Assert.NotEqual(0, Wait(0) & Posix.PollHangUp);

    public void Dispose() => _port.Dispose();

    private short Wait(short wanted)
    {
        Span<Posix.PollEntry> entry = [new((int)_port.DangerousGetHandle(), wanted, 0)];
        int ready;
        do
        {
            ready = Posix.Poll(entry, 1, new Posix.WaitTime(Patience, 0), 0);
        }
        while (ready < 0); // the runtime interrupts it with signals, when it collects garbage for instance

        Assert.True(ready == 1, $"nothing happened on the port within {Patience} s");
        return entry[0].Seen;
    }

    [LibraryImport("libc", EntryPoint = "tcflush", SetLastError = true)]
    private static partial int Flush(SafeFileHandle port, int queue);
}
