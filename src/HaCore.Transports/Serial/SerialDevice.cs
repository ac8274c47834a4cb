using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace HaCore.Transports;

/// <summary>What Linux tells about a serial port beside its bytes: who has it, who may, what is wrong. Only for messages and refusals; nothing here is fast.</summary>
internal static unsafe partial class SerialDevice
{
    public const int InputOutput = 5;       // EIO
    public const int WouldBlock = 11;       // EAGAIN, EWOULDBLOCK
    public const int Interrupted = 4;       // EINTR
    private const int NotPermitted = 1;     // EPERM
    private const int Missing = 2;          // ENOENT
    private const int NoHardware = 6;       // ENXIO
    private const int AccessDenied = 13;    // EACCES
    private const int Busy = 16;            // EBUSY
    private const int Gone = 19;            // ENODEV
    private const int ReadAndWrite = 6;     // R_OK | W_OK
    private const int CurrentDirectory = -100;      // AT_FDCWD
    private const int EffectiveUser = 0x200;        // AT_EACCESS
    private const uint WantGroup = 0x10;    // STATX_GID
    private const int StatxBytes = 256;     // one layout on every architecture (statx(2))
    private const int StatxGroupAt = 24;

    public static string Describe(int error) => new Win32Exception(error).Message;

    /// <summary>Why the port cannot be opened and what to do about it.</summary>
    public static string OpenFailure(string device, int error) => error switch
    {
        Missing => $"{device} does not exist; `ls -l /dev/serial/by-path /dev/ttyS*` shows the ports that do",
        AccessDenied => Denied(device),
        NotPermitted => $"{device} is not permitted to this service: its unit wants DeviceAllow={device} rw",
        Busy => InUse(device),
        NoHardware or Gone or InputOutput => $"{device} has no hardware behind it now: {Describe(error)}",
        _ => $"{device} cannot be opened: {Describe(error)}",
    };

    public static string InUse(string device) =>
        $"{device} is in use by {Holder(device) ?? "another program"}: two would each get half of every frame; a port belongs to one link";

    /// <summary>Null, or what keeps this process from using the port for good. A port that is missing may still be plugged in.</summary>
    public static string? Obstacle(string device) =>
        AccessTo(CurrentDirectory, device, ReadAndWrite, EffectiveUser) != 0 && Marshal.GetLastPInvokeError() == AccessDenied ? Denied(device) : null;

    /// <summary>Whether the kernel writes its messages there (/proc/consoles).</summary>
    public static bool IsConsole(string device)
    {
        try
        {
            var name = Path.GetFileName(Target(device));
            return File.ReadLines("/proc/consoles").Any(line => line.Split(' ', 2)[0] == name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>
    /// A process whose terminal this is, as "agetty (pid 812)". Such a one takes no lock, and unlike its open files every user may see it (proc_pid_stat(5)).
    /// </summary>
    /// <param name="device">The device number as the kernel encodes it.</param>
    public static string? ProgramOnTerminal(uint device)
    {
        foreach (var process in OtherProcesses())
        {
            try
            {
                // "812 (agetty) S 1 812 812 1088 ...": the name may hold anything, also brackets; the terminal is the fifth field behind it.
                var text = File.ReadAllText($"{process}/stat");
                var (begin, end) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
                var fields = text[(end + 1)..].Split(' ', 7);
                if (end > begin && fields.Length == 7 && int.TryParse(fields[5], CultureInfo.InvariantCulture, out var terminal) && terminal == (int)device)
                {
                    return $"{text[(begin + 1)..end]} (pid {Path.GetFileName(process)})";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return null;
    }

    /// <summary>A process that has the port open, as far as this user may see; null when none is seen.</summary>
    private static string? Holder(string device)
    {
        var target = Target(device);
        foreach (var process in OtherProcesses())
        {
            try
            {
                if (Opened(process, target) > 0)
                {
                    return $"{File.ReadAllText($"{process}/comm").Trim()} (pid {Path.GetFileName(process)})";
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or not ours to see.
            }
        }

        return Opened("/proc/self", target) > 1 ? "another link of this program" : null;   // one is the attempt itself
    }

    private static int Opened(string process, string target) =>
        Directory.EnumerateFileSystemEntries($"{process}/fd").Count(descriptor => new FileInfo(descriptor).LinkTarget == target);

    private static IEnumerable<string> OtherProcesses() => Directory.EnumerateDirectories("/proc")
        .Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var process) && process != Environment.ProcessId);

    /// <summary>The device itself, where the path is a link to it.</summary>
    private static string Target(string device)
    {
        try
        {
            return File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName ?? device;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return device;
        }
    }

    private static string Denied(string device)
    {
        var group = GroupOf(device);
        return group is null
            ? $"{device} is not permitted to this user: give the service's user the right to read and write it"
            : $"{device} is not permitted to this user: it belongs to the group {group}; the service wants SupplementaryGroups={group} (or the user: usermod -aG {group} USER)";
    }

    private static string? GroupOf(string device)
    {
        var buffer = stackalloc byte[StatxBytes];
        try
        {
            if (StatX(CurrentDirectory, device, 0, WantGroup, buffer) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;    // an old C library
        }

        var number = (*(uint*)(buffer + StatxGroupAt)).ToString(CultureInfo.InvariantCulture);
        try
        {
            // "dialout:x:20:...", group(5). A group of a directory service stays a number: no name server is asked.
            return File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == number)?[0] ?? number;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return number;
        }
    }

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessTo(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);
}
