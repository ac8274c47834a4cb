namespace HaCore.Fencing.FenceAgent;

/// <summary>Agents of fence-agents 4.12 whose "off" is not a machine that is off, whatever else they say and whether or not their metadata can be had.</summary>
internal static class KnownAgents
{
    public const string CutsPort = "it cuts a port or a storage path off, and the machine behind it goes on running";

    public static string? WhyNeverConfirms(string program) => Path.GetFileName(program) switch
    {
        "fence_brocade" or "fence_cisco_mds" or "fence_compute" or "fence_ifmib" or "fence_mpath" or "fence_sanbox2" or "fence_scsi" => CutsPort,

        // A ping over one cable: silence, which is why the fence was ordered, would confirm itself.
        "fence_crosslink" => "it takes a machine that does not answer for one that is off",
        "fence_evacuate" => "it asks whether a service of the machine is disabled, and not whether the machine is off",

        // An attempt that is cut short leaves the message in its slot, and the next one finds "off" before the target has read it.
        "fence_sbd" => "it reads back its own message, and not whether the machine has obeyed",
        _ => null,
    };
}
