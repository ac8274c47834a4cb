using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HaCore.Fencing;

/// <summary>The real system calls.</summary>
internal sealed unsafe partial class LinuxWatchdogKernel : IWatchdogKernel
{
    private const int OpenFlags = 1 | 0x800 | 0x80000;   // O_WRONLY | O_NONBLOCK | O_CLOEXEC, the same on every machine that .NET runs on (Linux)
    private const int InterruptsMax = 100;               // a signal storm that outlasts this is an error, not a reason to spin
    private const int AttributeBytesMax = 256;

    public IWatchdogFile? Open(string path, out int error)
    {
        var descriptor = OpenFile(path, OpenFlags);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new OpenFileHandle(new SafeFileHandle(descriptor, ownsHandle: true));
    }

    public string? ReadAttribute(string device, string attribute)
    {
        try
        {
            var target = File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device;
            var name = Path.GetFileName(target);

            // The device without a number is the first one (Documentation/watchdog/watchdog-kernel-api.rst: the old miscdevice).
            var path = $"/sys/class/watchdog/{(name == "watchdog" ? "watchdog0" : name)}/{attribute}";
            if (!File.Exists(path))
            {
                return null;
            }

            using var reader = new StreamReader(path);
            Span<char> text = stackalloc char[AttributeBytesMax];
            return text[..reader.ReadBlock(text)].Trim().ToString();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public int Reboot(uint command) => RebootMachine(unchecked((int)command)) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "reboot", SetLastError = true)]
    private static partial int RebootMachine(int command);

    private sealed partial class OpenFileHandle(SafeFileHandle handle) : IWatchdogFile
    {
        public int Control(uint request, Span<byte> argument)
        {
            fixed (byte* start = argument)
            {
                for (var i = 0; ; i++)
                {
                    if (ControlFile(handle, request, (nint)start) >= 0)
                    {
                        return 0;
                    }

                    var error = Marshal.GetLastPInvokeError();
                    if (error != WatchdogCall.Interrupted || i == InterruptsMax)
                    {
                        return error;
                    }
                }
            }
        }

        public int Write(ReadOnlySpan<byte> bytes)
        {
            fixed (byte* start = bytes)
            {
                for (var i = 0; ; i++)
                {
                    if (WriteFile(handle, start, (nuint)bytes.Length) >= 0)
                    {
                        return 0;
                    }

                    var error = Marshal.GetLastPInvokeError();
                    if (error != WatchdogCall.Interrupted || i == InterruptsMax)
                    {
                        return error;
                    }
                }
            }
        }

        public void Dispose() => handle.Dispose();

        [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        private static partial int ControlFile(SafeFileHandle file, nuint request, nint argument);

        [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
        private static partial nint WriteFile(SafeFileHandle file, byte* bytes, nuint count);
    }
}
