using System.Globalization;
using System.Net;

namespace HaCore.Netns.Lab;

/// <summary>What the power switch does with an order.</summary>
internal enum PowerMode
{
    /// <summary>Cuts the node off and says so.</summary>
    Works,

    /// <summary>Does nothing and says so.</summary>
    Fails,

    /// <summary>Does nothing and never ends.</summary>
    Hangs,

    /// <summary>Waits for <see cref="PowerSwitch.Release"/>, then works.</summary>
    WaitsBefore,

    /// <summary>Cuts the node off, then waits for <see cref="PowerSwitch.Release"/> with its answer.</summary>
    WaitsAfter,
}

/// <summary>
/// Stands for a switched outlet: a program that the nodes' fencing device runs. It ends every process in the target's namespace by its id and takes the cluster's address off its
/// kernel, as the end of its power would; a program that the target itself had sent to the switch is ended with it. What it does and when the suite decides: it waits at a named
/// pipe, so nothing depends on time.
/// </summary>
internal sealed class PowerSwitch
{
    private readonly string _directory;

    /// <param name="directory">Of the lab.</param>
    /// <param name="namespacePrefix">Before a hyphen and the node's name.</param>
    /// <param name="address">The cluster's.</param>
    public PowerSwitch(string directory, string namespacePrefix, IPAddress address)
    {
        _directory = directory;
        Program = Path.Combine(directory, "power-switch");
        foreach (var node in NodeNames.Both)
        {
            Commands.Run("mkfifo", GateOf(node));
            Set(node, PowerMode.Works);
        }

        File.WriteAllText(LogFile, "");
        File.WriteAllText(Program, Script(namespacePrefix, address));
        Commands.Run("chmod", "0700", Program);
    }

    public string Program { get; }

    private string LogFile => Path.Combine(_directory, "power-log");

    /// <summary>What orders against this node come to from now on.</summary>
    public void Set(Node target, PowerMode mode)
    {
        var file = Path.Combine(_directory, $"power-{target.Name()}");
        File.WriteAllText(file + ".new", mode.ToString());
        File.Move(file + ".new", file, overwrite: true);   // the script reads the old word or the new one
    }

    /// <summary>Lets the order against this node go on that waits.</summary>
    public void Release(Node target) => File.WriteAllText(GateOf(target), "go\n");

    /// <summary>How many orders against this node came so far.</summary>
    public int Orders(Node target) => Lines(target, "ordered").Count;

    /// <summary>How often this node was cut off so far.</summary>
    public int Cuts(Node target) => Lines(target, "cut").Count;

    /// <summary>Does the order against this node wait for <see cref="Release"/>?</summary>
    public bool IsWaiting(Node target) => Lines(target, "waiting").Count > Lines(target, "released").Count;

    /// <summary>The processes that took the orders against this node, in their order.</summary>
    public IReadOnlyList<int> Processes(Node target) => [.. Lines(target, "ordered").Select(line => int.Parse(line[2], CultureInfo.InvariantCulture))];

    private string GateOf(Node target) => Path.Combine(_directory, $"power-gate-{target.Name()}");

    private List<string[]> Lines(Node target, string what) =>
        [.. File.ReadAllLines(LogFile).Select(line => line.Split(' ')).Where(words => words.Length == 3 && words[0] == target.Name() && words[1] == what)];

    private string Script(string namespacePrefix, IPAddress address) =>
        $$"""
        #!/bin/sh
        # The power switch of a lab. $1 is the node that is to be cut off.
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        note() { echo "$1 $2 $$" >>'{{LogFile}}'; }
        wait_at_gate() { note "$1" waiting; read -r _ <'{{_directory}}/power-gate-'"$1"; note "$1" released; }
        cut() {
            while processes=$(ip netns pids "{{namespacePrefix}}-$1") && [ -n "$processes" ]; do
                for process in $processes; do kill -KILL "$process" 2>/dev/null; done
            done
            ip -n "{{namespacePrefix}}-$1" address delete {{address}}/{{LabNetwork.PrefixLength}} dev {{LabNetwork.Lan}} 2>/dev/null
            note "$1" cut
        }
        mode=$(cat '{{_directory}}/power-'"$1")
        note "$1" ordered
        case $mode in
            {{PowerMode.Works}}) cut "$1" ;;
            {{PowerMode.Fails}}) echo 'the switch does not answer' >&2; exit 1 ;;
            {{PowerMode.Hangs}}) read -r _ <'{{_directory}}/power-gate-'"$1" ;;
            {{PowerMode.WaitsBefore}}) wait_at_gate "$1"; cut "$1" ;;
            {{PowerMode.WaitsAfter}}) cut "$1"; wait_at_gate "$1" ;;
            *) exit 2 ;;
        esac

        """;
}
