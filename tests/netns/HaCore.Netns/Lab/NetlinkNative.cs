using System.ComponentModel;
using System.Runtime.InteropServices;

namespace HaCore.Netns.Lab;

/// <summary>
/// One rtnetlink socket that hears the address changes of several namespaces in the order in which the kernel made them
/// (NETLINK_LISTEN_ALL_NSID, netlink(7)): two sockets could not tell which of two nodes was first.
/// </summary>
internal sealed unsafe partial class NetlinkEvents : IDisposable
{
    private const int AddressFamilyNetlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int LevelNetlink = 270;
    private const int ListenAllNamespaces = 8;
    private const int LevelSocket = 1;
    private const int ReceiveBufferForce = 33;
    private const int ReceiveTimeout = 20;
    private const uint AddressGroup = 1 << 4;   // RTNLGRP_IPV4_IFADDR = 5
    private const int TryAgain = 11;
    private const int Interrupted = 4;

    private readonly int _descriptor;

    /// <summary>Opened in the namespace of the calling thread, which must know the others by id (<c>ip netns set</c>).</summary>
    public NetlinkEvents()
    {
        _descriptor = Check(Socket(AddressFamilyNetlink, RawCloseOnExec, 0), "netlink socket");
        var one = 1;
        var bytes = 1 << 20;   // thousands of changes: nothing may be lost while this process waits for a processor
        var wait = new Timeout(0, 200_000);   // how soon the reader sees that it should end
        Check(SetOption(_descriptor, LevelNetlink, ListenAllNamespaces, &one, sizeof(int)), "NETLINK_LISTEN_ALL_NSID");
        Check(SetOption(_descriptor, LevelSocket, ReceiveBufferForce, &bytes, sizeof(int)), "SO_RCVBUFFORCE");
        Check(SetOption(_descriptor, LevelSocket, ReceiveTimeout, &wait, sizeof(Timeout)), "SO_RCVTIMEO");
        var address = new NetlinkAddress { Family = AddressFamilyNetlink, Groups = AddressGroup };
        Check(Bind(_descriptor, &address, sizeof(NetlinkAddress)), "bind");
    }

    /// <summary>Bytes received, or 0 when nothing came for a while.</summary>
    /// <param name="buffer">Where the messages go.</param>
    /// <param name="namespaceId">Id of the namespace that changed; -1 for this one.</param>
    public int Receive(Span<byte> buffer, out int namespaceId)
    {
        var control = stackalloc byte[64];
        fixed (byte* data = buffer)
        {
            var vector = new Vector { Base = data, Length = (nuint)buffer.Length };
            var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 64 };
            var read = ReceiveMessage(_descriptor, &message, 0);
            var error = Marshal.GetLastPInvokeError();
            namespaceId = FindNamespaceId(control, message.ControlLength);
            return read >= 0 ? (int)read
                : error is TryAgain or Interrupted ? 0
                : throw new Win32Exception(error, "address changes were lost");
        }
    }

    public void Dispose() => _ = Native.Close(_descriptor);

    private static int FindNamespaceId(byte* control, nuint length)
    {
        // struct cmsghdr { size_t len; int level; int type; } and the int behind it
        if (length < 20)
        {
            return -1;
        }

        var level = *(int*)(control + 8);
        var type = *(int*)(control + 12);
        return level == LevelNetlink && type == ListenAllNamespaces ? *(int*)(control + 16) : -1;
    }

    private static int Check(int result, string what) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), what);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int descriptor, NetlinkAddress* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int name, void* value, int length);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, Message* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timeout(long seconds, long microseconds)
    {
        public readonly long Seconds = seconds;
        public readonly long Microseconds = microseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
