namespace HaCore.State;

/// <summary>
/// Names this boot of the machine. A hold mark with the id of this boot means: the resources may still be active (rule P).
/// </summary>
internal static class BootId
{
    /// <summary>
    /// What stands for the boot where the system does not name it (not Linux, or /proc/sys hidden from the service). It makes every boot
    /// look like the same one: a mark then counts as active after a reboot too, which costs a probe and is never wrong. A time of boot
    /// computed from the clock would be the other way round: a step of the clock would make the mark look old.
    /// </summary>
    public const string Unnamed = "unnamed-boot";

    private const string Source = "/proc/sys/kernel/random/boot_id";   // random(4); one per boot, the same in all containers

    public static string Read()
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText(Source).Trim() is { Length: > 0 } id ? id : Unnamed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Unnamed;
        }
    }
}
