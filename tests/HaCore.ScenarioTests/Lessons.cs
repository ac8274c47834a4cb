namespace HaCore.ScenarioTests;

/// <summary>What the scenarios must cover, and where else something is shown that the simulator cannot show.</summary>
internal static class Lessons
{
    public static readonly string[] Rules = ["M1", "M2", "M3", "M4", "M5", "T", "R1", "R2", "R3", "R4", "R5", "R6", "P", "H", "F", "C", "L", "S", "V", "N", "O", "W"];

    /// <summary>What users of other cluster programs suffered from, and what follows.</summary>
    public static readonly IReadOnlyDictionary<string, string> All = new Dictionary<string, string>
    {
        ["C1"] = "A holder that stood still for a moment goes on under an address that points elsewhere: after any doubt it announces again.",
        ["C2"] = "`kill -9` of the program leaves the address and the services: what runs is adopted, and nobody starts it beside it.",
        ["C3"] = "Load makes a node late: late is not dead.",
        ["C4"] = "Times that are too tight: a late frame is a warning long before it is a death.",
        ["C5"] = "Clocks that are set or run apart decide nothing.",
        ["C6"] = "A node that stood still does not take its own pause for the peer's death.",
        ["C7"] = "The part that resolves a split must not die unseen.",
        ["C8"] = "Two nodes have no majority: a simultaneous start needs no vote.",
        ["C9"] = "A start without the peer has a written policy and an operator's way out.",
        ["C10"] = "A peer that joins is not a peer that died.",
        ["C11"] = "After a boot the network is silent for seconds: the first silence is judged later.",
        ["C12"] = "Two nodes that see each other die must not both fence: the holder goes first.",
        ["C13"] = "A stop that fails or hangs frees nothing.",
        ["C14"] = "A look without an answer is not a failure.",
        ["C15"] = "Orders never overlap, and the last one counts.",
        ["C16"] = "Interfaces go down, links flap, one direction fails: it heals by itself.",
        ["C17"] = "An announcement may be lost: the address comes last in its order and is announced more than once.",
        ["C18"] = "Replicated data is promoted only where it can be the newest.",
        ["C19"] = "A node is drained and upgraded without a stop of the services.",
        ["C20"] = "A watchdog must not kill the survivor.",
        ["C21"] = "Unsafe modes are possible and loud.",
        ["C22"] = "A node that comes and goes does not move services each time.",
        ["C23"] = "After a power cut: no stale data, no loop of fences, everything exactly once.",
    };

    /// <summary>What happens to two nodes sooner or later, and what is wanted then.</summary>
    public static readonly IReadOnlyDictionary<string, string> Pathologies = new Dictionary<string, string>
    {
        ["all-links-cut"] = "All links are cut and both nodes live: exactly one acts, or the standby waits and says so.",
        ["replication-cut"] = "Only the replication is cut: the holder goes on, the other copy is marked outdated and not taken.",
        ["heartbeats-cut"] = "Only the heartbeats are cut and the data still has a primary on the peer: that is a proof of life.",
        ["fenced-returns"] = "A fenced peer returns: no failback before its copy is ready.",
        ["power-cut"] = "Both boot after a power failure: nobody starts old data.",
        ["stop-fails"] = "A stop fails: the group stays held, and only a fence frees it.",
        ["cannot-fence"] = "The survivor cannot fence: it stays passive, says so, and an operator may confirm.",
    };

    /// <summary>Shown elsewhere, because the simulator has no such thing: lesson, file, name in it, and what it shows.</summary>
    public static readonly IReadOnlyList<(string Lesson, string File, string Name, string Shows)> Elsewhere =
    [
        ("C3", "tests/HaCore.Tests/Hosting/TwoNodesTests.cs", "Heartbeats_go_on_while_every_thread_of_the_pool_is_blocked", "heartbeats have threads of their own"),
        ("C5", "tests/HaCore.Tests/Engine/PurityTests.cs", "Engine_and_wire_mention_no_task_no_file_no_socket_no_logger_and_no_clock", "no decision can see a wall clock"),
        ("C7", "tests/HaCore.Tests/Hosting/TwoNodesTests.cs", "An_engine_that_fails_falls_silent_stops_the_host_and_touches_no_resource", "an engine that fails falls silent and stops the host"),
        ("C7", "tests/HaCore.Tests/Hosting/FencingRunnerTests.cs", "A_device_that_throws_confirms_nothing", "a device that throws confirms nothing"),
        ("C13", "tests/HaCore.Tests/Commands/CommandRunnerTests.cs", "Grandchildren_that_forked_away_are_killed_too", "a program that does not end is killed with everything that it started"),
        ("C17", "tests/HaCore.Vserver.Tests/ArpPacketTests.cs", "A_plan_is_two_bursts_and_then_silence", "requests and replies, in two bursts"),
        ("C19", "tests/HaCore.Tests/State/StateDirectoryTests.cs", "Newer_version_refuses_start", "the state file has a version"),
        ("C19", "tests/HaCore.Tests/Wire/FrameCodecTests.cs", "Golden_frames_of_version_1_are_written_and_read_unchanged", "so have the frames"),
        ("C21", "tests/HaCore.Tests/Configuration/RefusalTests.cs", "Short_dead_time_without_real_time_threads_is_a_lasting_warning", "a daring setting is a lasting warning"),
    ];
}
