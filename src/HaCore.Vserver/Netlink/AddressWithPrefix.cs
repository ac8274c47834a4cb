using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HaCore.Vserver.Netlink;

/// <summary>An IPv4 address with the length of its subnet's prefix.</summary>
/// <param name="Address">The address as a number: 192.0.2.1 is 0xC0000201.</param>
/// <param name="PrefixLength">0 to 32.</param>
internal readonly record struct AddressWithPrefix(uint Address, int PrefixLength)
{
    public uint Mask => PrefixLength == 0 ? 0 : uint.MaxValue << (32 - PrefixLength);

    /// <summary>The subnet's broadcast address; null for /31 and /32, which have none (RFC 3021).</summary>
    public uint? Broadcast => PrefixLength >= 31 ? null : Address | ~Mask;

    public bool SharesSubnetWith(AddressWithPrefix other) => PrefixLength == other.PrefixLength && ((Address ^ other.Address) & Mask) == 0;

    /// <summary>The strict form only: four decimal numbers, a slash, the prefix length. "192.2.1" or "010.0.0.1" mean different things to different programs.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AddressWithPrefix value)
    {
        value = default;
        if (text is null)
        {
            return false;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !TryParseNumber(text.AsSpan(slash + 1), 32, out uint prefix) || !TryParseAddress(text.AsSpan(0, slash), out uint address))
        {
            return false;
        }

        value = new AddressWithPrefix(address, (int)prefix);
        return true;
    }

    internal static bool TryParseAddress(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        int parts = 0;
        foreach (Range range in text.Split('.'))
        {
            if (++parts > 4 || !TryParseNumber(text[range], 255, out uint part))
            {
                return false;
            }

            address = (address << 8) | part;
        }

        return parts == 4;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, uint max, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number <= max && (text.Length == 1 || text[0] != '0');

    public static string Format(uint address) =>
        string.Create(CultureInfo.InvariantCulture, $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Format(Address)}/{PrefixLength}");
}
