using HaCore.Control.Contract;

namespace HaCore.Tool.Tests;

/// <summary>Clusters in the states that an operator meets, for pictures that can be compared letter by letter. The manual shows them.</summary>
internal static class SampleSnapshots
{
    public static SnapshotDocument Good => new()
    {
        Cluster = "unipd",
        LocalNode = "novanta",
        Revision = 41,
        Health = SnapshotHealth.Good,
        Maintenance = false,
        HasSession = true,
        EngineSteps = 90_210,
        Conditions = [],
        Nodes =
        [
            new() { Node = "novanta", Local = true, State = "Online", Incarnation = 12 },
            new() { Node = "novantuno", Local = false, State = "Online", Incarnation = 9, SilentForSeconds = 0.084 },
        ],
        Links =
        [
            Link("lan", 0.012, 0.000_41),
            Link("backup", 0.031, 0.000_38) with
            {
                Members = [new() { Member = "crossover", Alive = true, Active = true }, new() { Member = "null-modem", Alive = true, Active = false }],
            },
        ],
        Groups =
        [
            new()
            {
                Group = "vservers",
                Term = 3,
                Owner = "novanta",
                ActiveOn = "novanta",
                Activity = "Active",
                LocalHold = "Held",
                PeerHold = "NotHeld",
                Readiness = "Ready",
                FailCount = 0,
                Diverged = false,
                Why = "held here since it was taken (Takeover)",
                Resources =
                [
                    Resource("disk", "Drbd", "Running", "Ready") with { Facts = [new("role", "Primary"), new("peer-disk", "UpToDate")] },
                    Resource("vservers-fs", "Filesystem", "Running", "Ready"),
                    Resource("milliways-ip", "IpAddress", "Running", "Ready"),
                ],
            },
        ],
    };

    /// <summary>The peer is silent, nobody knows whether it is off, and an operator has to say so.</summary>
    public static SnapshotDocument PeerSilent => Good with
    {
        Health = SnapshotHealth.Down,
        HasSession = false,
        Conditions =
        [
            "link lan is lost: silent for longer than the dead time",
            "the group vservers cannot be taken over: novantuno is silent and not confirmed down, and the fencing policy is Wait, so an operator has to look at the machine",
        ],
        Nodes =
        [
            Good.Nodes[0],
            Good.Nodes[1] with { State = "Unclean", SilentForSeconds = 754, ConfirmDownToken = "12-9-1f4ab00" },
        ],
        Links =
        [
            Good.Links[0] with { Alive = false, LastHeardSeconds = 754, RoundTripSeconds = null, Lost = 12, Detail = "the interface eth1 is down" },
            Good.Links[1] with
            {
                Alive = false,
                LastHeardSeconds = 755,
                RoundTripSeconds = null,
                Rejected = 3,
                Members = [new() { Member = "crossover", Alive = false, Active = false, Detail = "no carrier on eth0" }, new() { Member = "null-modem", Alive = false, Active = true }],
            },
        ],
        Groups =
        [
            Good.Groups[0] with
            {
                Owner = "novantuno",
                ActiveOn = null,
                Activity = "Stopped",
                LocalHold = "NotHeld",
                PeerHold = "Held",
                FailCount = 1,
                Pinned = "novantuno",
                Why = "no session with novantuno and it is not confirmed down",
                Resources =
                [
                    Resource("disk", "Drbd", "Stopped", "Usable") with { Facts = [new("role", "Secondary"), new("peer-disk", "DUnknown")] },
                    Resource("vservers-fs", "Filesystem", "Stopped", "Ready") with
                    {
                        Detail = "mount: /vservers: special device /dev/drbd0 does not exist, last tried 11 minutes ago",
                    },
                    Resource("milliways-ip", "IpAddress", "Stopped", "Ready"),
                ],
            },
        ],
    };

    public static SnapshotDocument Maintenance => Good with
    {
        Health = SnapshotHealth.Degraded,
        Maintenance = true,
        Nodes = [Good.Nodes[0], Good.Nodes[1] with { State = "Standby" }],
        Groups = [Good.Groups[0] with { Why = "maintenance: nothing is started, stopped or moved" }],
    };

    /// <summary>Names of the greatest length that is allowed, and an agent that prints escape sequences.</summary>
    public static SnapshotDocument Long
    {
        get
        {
            var name = string.Concat(Enumerable.Repeat("abcdefghi-", 6)) + "xyz";
            return PeerSilent with
            {
                Cluster = name,
                LocalNode = name,
                Nodes = [PeerSilent.Nodes[0] with { Node = name }, PeerSilent.Nodes[1] with { Node = name[1..] }],
                Links = [PeerSilent.Links[0] with { Link = name }],
                Groups = [PeerSilent.Groups[0] with { Group = name, Resources = [Resource(name, name, "Failed", "NotReady") with { Detail = "\e[31mred [bold]and\nmore" }] }],
            };
        }
    }

    private static LinkDocument Link(string name, double heard, double roundTrip) => new()
    {
        Link = name,
        Alive = true,
        LastHeardSeconds = heard,
        RoundTripSeconds = roundTrip,
        Received = 4711,
        Lost = 0,
        Late = 0,
        Rejected = 0,
        Members = [],
    };

    private static ResourceDocument Resource(string name, string type, string state, string readiness) =>
        new() { Resource = name, Type = type, State = state, Readiness = readiness, Facts = [] };
}
