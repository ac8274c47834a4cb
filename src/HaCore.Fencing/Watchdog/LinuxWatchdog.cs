using System.Runtime.InteropServices;
using System.Text;

namespace HaCore.Fencing;

/// <summary>
/// Self-fencing by a watchdog of Linux (Documentation/watchdog/watchdog-api.rst). Opening the device arms it; only a clean end closes it with the magic character
/// that stops it; after any other end it runs out and resets the machine, whatever has become of this program.
/// </summary>
internal sealed class LinuxWatchdog(WatchdogOptions options, IWatchdogKernel kernel) : ISelfFencing, IStartRequirements, IDisposable
{
    private const int KeepAlivesPerTimeout = 5;   // default: four may come late

    private static readonly TimeSpan KeepAliveMax = TimeSpan.FromSeconds(1);   // default: longer only makes the peer wait
    private static readonly byte[] Magic = [WatchdogCall.MagicCharacter];
    private static readonly byte[] AnyCharacter = [0];

    private readonly List<string> _conditions = [];
    private readonly byte[] _nothing = new byte[WatchdogCall.NumberBytes];
    private IWatchdogFile? _file;
    private ResetSwitch? _switch;
    private bool _canKeepAlive;
    private volatile bool _given;

    public SelfFencingTimes Arm()
    {
        var file = kernel.Open(options.Device, out var error) ?? throw WatchdogErrors.NotOpened(options.Device, error);
        var isWatchdog = false;
        try
        {
            var info = new byte[WatchdogCall.InfoBytes];
            if (file.Control(WatchdogCall.GetSupport, info) is not 0 and var strange)
            {
                throw WatchdogErrors.NoWatchdog(options.Device, strange);
            }

            isWatchdog = true;
            var timeout = SetUp(file, info);
            _file = file;
            _switch = ResetSwitch.Prepare(kernel, options.Reset, out var missing);
            if (missing is not null)
            {
                _conditions.Add(missing);
            }

            KeepAlive();
            return new SelfFencingTimes(timeout, Interval(timeout), options.ResetLatency);
        }
        catch
        {
            if (isWatchdog)
            {
                Release(file);   // into any other file the magic character would be written
            }

            file.Dispose();
            _file = null;
            _switch?.Dispose();
            throw;
        }
    }

    public void KeepAlive()
    {
        if (_given || _file is not { } file)
        {
            return;   // nothing revives a node that has given up
        }

        var error = _canKeepAlive ? file.Control(WatchdogCall.KeepAlive, _nothing) : file.Write(AnyCharacter);
        if (error != 0)
        {
            throw new IOException($"{options.Device}: {WatchdogErrors.Describe(error)}");
        }
    }

    public void Reset(string reason)
    {
        _given = true;
        _switch ??= ResetSwitch.Prepare(kernel, options.Reset, out _);   // never armed: a reset that an earlier program owes
        _switch?.Fire(reason);
    }

    public void Disarm()
    {
        if (_file is not { } file || _given)
        {
            return;
        }

        _given = true;
        _file = null;
        var error = Release(file);
        if (error != 0)
        {
            throw new IOException($"{options.Device}: {WatchdogErrors.Describe(error)}");
        }
    }

    public IEnumerable<string> Missing() => _conditions;

    /// <summary>Closes the device as a dying program does: without the magic character it goes on running.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _given = true;
        _switch?.Dispose();
    }

    private static int Release(IWatchdogFile file)
    {
        var error = file.Write(Magic);
        file.Dispose();
        return error;
    }

    /// <summary>Asks what the device is, sets its timeout, and notes what an operator should know of it.</summary>
    /// <returns>The timeout as it really is.</returns>
    private TimeSpan SetUp(IWatchdogFile file, ReadOnlySpan<byte> info)
    {
        var abilities = MemoryMarshal.Read<uint>(info);
        var identity = Encoding.UTF8.GetString(info[WatchdogCall.InfoIdentityAt..]).TrimEnd('\0');
        var cannotBeStopped = kernel.ReadAttribute(options.Device, "nowayout") == "1";
        if ((abilities & WatchdogCall.MagicClose) == 0 && !cannotBeStopped)
        {
            throw WatchdogErrors.StopsWithProgram(options.Device, identity);
        }

        if (cannotBeStopped)
        {
            _conditions.Add($"the watchdog {options.Device} ({identity}) cannot be stopped once it runs (nowayout): stopping this program resets the machine after the timeout, in an upgrade, too");
        }

        _canKeepAlive = (abilities & WatchdogCall.CanKeepAlive) != 0;
        NoteLastReset(file, identity);
        return SetTimeout(file, (abilities & WatchdogCall.CanSetTimeout) != 0);
    }

    private void NoteLastReset(IWatchdogFile file, string identity)
    {
        if (TryRead(file, WatchdogCall.GetBootStatus, out var status) == 0 && ((uint)status & WatchdogCall.CardReset) != 0)
        {
            _conditions.Add($"the last boot of this machine was the work of its watchdog ({options.Device}, {identity}): find out why before the next one");
        }
    }

    private TimeSpan SetTimeout(IWatchdogFile file, bool canSet)
    {
        var wanted = (int)options.Timeout.TotalSeconds;
        Span<byte> argument = stackalloc byte[WatchdogCall.NumberBytes];
        MemoryMarshal.Write(argument, wanted);
        if (canSet && file.Control(WatchdogCall.SetTimeout, argument) is not 0 and var refused)
        {
            throw WatchdogErrors.TimeoutRefused(
                options.Device, wanted, kernel.ReadAttribute(options.Device, "min_timeout"), kernel.ReadAttribute(options.Device, "max_timeout"), refused);
        }

        // What SETTIMEOUT gave back and what GETTIMEOUT says should be the same; the peer waits for the longer one.
        var set = canSet ? MemoryMarshal.Read<int>(argument) : 0;
        var error = TryRead(file, WatchdogCall.GetTimeout, out var said);
        var real = error == 0 ? Math.Max(set, said) : set;
        if (real <= 0)
        {
            throw WatchdogErrors.TimeoutUnknown(options.Device, error);
        }

        if (real != wanted)
        {
            _conditions.Add($"the watchdog {options.Device} has a timeout of {real} s instead of {wanted} s: the driver rounds, and the peer waits accordingly");
        }

        return TimeSpan.FromSeconds(real);
    }

    private static int TryRead(IWatchdogFile file, uint request, out int value)
    {
        Span<byte> argument = stackalloc byte[WatchdogCall.NumberBytes];
        argument.Clear();
        var error = file.Control(request, argument);
        value = MemoryMarshal.Read<int>(argument);
        return error;
    }

    private TimeSpan Interval(TimeSpan timeout)
    {
        if (options.KeepAliveInterval is { } said)
        {
            return said;
        }

        var share = timeout / KeepAlivesPerTimeout;
        return share < KeepAliveMax ? share : KeepAliveMax;
    }
}
