using TwoNodeCluster.NullModem;

namespace TwoNodeCluster.Demo;

/// <summary>A heartbeat cable between the two nodes that can be cut and repaired. Frames vanish in a cut one, nobody is told.</summary>
internal interface IDemoCable : IDisposable
{
    /// <summary>Name of the link.</summary>
    string Name { get; }

    /// <summary>What kind of cable it is, in a word or two.</summary>
    string Kind { get; }

    bool IsCut { get; }

    void Cut();

    void Repair();

    /// <summary>How the node at this end (0 or 1) is plugged in.</summary>
    DemoLink Plug(int end);
}

/// <summary>A serial cable: two pseudo-terminals and a thread that carries bytes between them as fast as the baud rate allows. Linux only.</summary>
internal sealed class SerialCable(string directory) : IDemoCable
{
    // A line of the nineties; at half load it carries a frame of the demo every tenth of a second.
    private const int BaudRate = 38_400;

    private readonly NullModemCable _cable = new("null-modem", directory, BaudRate);

    public static bool IsPossible => OperatingSystem.IsLinux();

    public string Name => _cable.Name;

    public string Kind => $"serial, {BaudRate} baud";

    public bool IsCut { get; private set; }

    public void Cut()
    {
        _cable.Cut();
        IsCut = true;
    }

    public void Repair()
    {
        _cable.Repair();
        IsCut = false;
    }

    public DemoLink Plug(int end) => new(Name) { Device = _cable.PortOf(end), BaudRate = BaudRate };

    public void Dispose() => _cable.Dispose();
}
