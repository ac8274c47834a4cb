using System.Net;
using System.Net.Sockets;

namespace HaCore.Bench;

/// <summary>UDP ports of the loopback interface.</summary>
internal static class Ports
{
    /// <summary>Free at this moment; the nodes take them a moment later.</summary>
    public static int[] Free(int count)
    {
        var sockets = Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)).ToList();
        sockets.ForEach(socket => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0)));
        var ports = sockets.ConvertAll(socket => ((IPEndPoint)socket.LocalEndPoint!).Port);
        sockets.ForEach(socket => socket.Dispose());
        return [.. ports];
    }
}
