namespace HaCore.Vserver.Netlink;

/// <summary>Numbers of the kernel's interface: linux/netlink.h, linux/rtnetlink.h, linux/if_addr.h, linux/if_link.h, linux/if.h.</summary>
internal static class RouteProtocol
{
    public const int AddressFamilyNetlink = 16;
    public const int AddressFamilyIp = 2;

    public const int HeaderBytes = 16;       // struct nlmsghdr
    public const int AttributeHeaderBytes = 4; // struct rtattr
    public const int AddressHeaderBytes = 8; // struct ifaddrmsg
    public const int LinkHeaderBytes = 16;   // struct ifinfomsg
    public const int Alignment = 4;

    public const ushort MessageError = 2;
    public const ushort MessageDone = 3;
    public const ushort MessageNewLink = 16;
    public const ushort MessageGetLink = 18;
    public const ushort MessageSetLink = 19;
    public const ushort MessageNewAddress = 20;
    public const ushort MessageDeleteAddress = 21;
    public const ushort MessageGetAddress = 22;

    public const ushort FlagRequest = 0x001;
    public const ushort FlagAcknowledge = 0x004;
    public const ushort FlagDumpInterrupted = 0x010;
    public const ushort FlagDump = 0x300;
    public const ushort FlagReplace = 0x100;
    public const ushort FlagExclusive = 0x200;
    public const ushort FlagCreate = 0x400;

    public const ushort AddressAttributeAddress = 1;
    public const ushort AddressAttributeLocal = 2;
    public const ushort AddressAttributeLabel = 3;
    public const ushort AddressAttributeBroadcast = 4;
    public const ushort AddressAttributeLifetime = 6; // IFA_CACHEINFO
    public const ushort AddressAttributeFlags = 8;
    public const uint AddressIsSecondary = 0x01;
    public const uint AddressJoinsGroup = 0x400; // IFA_F_MCAUTOJOIN, Linux 4.1 and newer

    /// <summary>struct ifa_cacheinfo: preferred and valid lifetime in seconds, then two times that are the kernel's own.</summary>
    public const int LifetimeBytes = 16;

    /// <summary>A lifetime without an end (INFINITY_LIFE_TIME).</summary>
    public const uint Forever = uint.MaxValue;

    public const ushort LinkAttributeAddress = 1;
    public const ushort LinkAttributeName = 3;
    public const ushort LinkAttributeFamilies = 26; // IFLA_AF_SPEC
    public const ushort LinkAttributeIpSettings = 1; // IFLA_INET_CONF inside the AF_INET part
    public const ushort IpSettingPromoteSecondaries = 20; // IPV4_DEVCONF_PROMOTE_SECONDARIES

    public const uint LinkIsUp = 0x1;
    public const uint LinkIsLoopback = 0x8;
    public const uint LinkWithoutArp = 0x80;
    public const uint LinkHasCarrier = 0x10000; // IFF_LOWER_UP
    public const ushort HardwareEthernet = 1;

    public const int ScopeUniverse = 0;
    public const int ScopeHost = 254;

    /// <summary>IFNAMSIZ without the closing zero: names and labels of interfaces.</summary>
    public const int NameBytesMax = 15;

    public static int Align(int length) => (length + Alignment - 1) & ~(Alignment - 1);
}

/// <summary>Answers of the kernel that mean something to an address. Any other number is carried as it is.</summary>
internal enum Errno
{
    None = 0,
    NotPermitted = 1,
    TryAgain = 11,
    Exists = 17,
    NoDevice = 19,
    Invalid = 22,
    NotSupported = 95,
    AddressNotAvailable = 99,
}
