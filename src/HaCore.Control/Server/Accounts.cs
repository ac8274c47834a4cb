using System.Globalization;

namespace HaCore.Control;

/// <summary>
/// The machine's own users and groups, by passwd(5) and group(5). Read from the files and never through the name service: that may ask a directory over the network,
/// and an operator's command must not wait for a network that is the very thing that broke.
/// </summary>
internal static class Accounts
{
    private const string PasswordFile = "/etc/passwd";
    private const string GroupFile = "/etc/group";

    /// <summary>Null when the file does not know it.</summary>
    public static string? UserName(uint uid) => Find(PasswordFile, 2, uid.ToString(CultureInfo.InvariantCulture))?[0];

    /// <inheritdoc cref="UserName"/>
    public static string? GroupName(uint gid) => Find(GroupFile, 2, gid.ToString(CultureInfo.InvariantCulture))?[0];

    /// <summary>Of a name, or of a number as it is; null when there is no such group.</summary>
    public static uint? GroupId(string nameOrNumber) =>
        uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var gid) ? gid
        : Find(GroupFile, 0, nameOrNumber) is { } line && uint.TryParse(line[2], NumberStyles.None, CultureInfo.InvariantCulture, out gid) ? gid
        : null;

    private static string[]? Find(string file, int field, string value)
    {
        try
        {
            foreach (var line in File.ReadLines(file))
            {
                var fields = line.Split(':');
                if (fields.Length > 2 && fields[field] == value)
                {
                    return fields;
                }
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            // The number alone says it, too.
        }

        return null;
    }
}
