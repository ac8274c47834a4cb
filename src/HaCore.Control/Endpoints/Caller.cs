using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace HaCore.Control;

/// <summary>Who sent a request: the kernel's word for a Unix socket, the authenticated user in a web application.</summary>
/// <param name="User">Name of the user; null when not known.</param>
/// <param name="Uid">Of the process at the other end; null when it is not on this machine.</param>
/// <param name="Pid">Of that process.</param>
internal sealed record Caller(string? User, uint? Uid, int? Pid)
{
    private const int SolSocket = 1;            // socket(7), Linux
    private const int SoPeerCredentials = 17;   // SO_PEERCRED, unix(7)
    private const int UcredBytes = 12;          // struct ucred: pid, uid, gid

    public static Caller Of(HttpContext http)
    {
        var authenticated = http.User.Identity is { IsAuthenticated: true } identity ? identity.Name : null;
        return http.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix } socket && CredentialsOf(socket) is { } process
            ? new Caller(authenticated ?? Accounts.UserName(process.Uid), process.Uid, process.Pid)
            : new Caller(authenticated, null, null);
    }

    /// <summary>Of the process at the other end of a Unix socket; null where the system does not tell, or it is closed already.</summary>
    public static (uint Uid, int Pid)? CredentialsOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[UcredBytes];
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCredentials, credentials) == UcredBytes
                ? (BitConverter.ToUInt32(credentials[4..]), BitConverter.ToInt32(credentials))
                : null;
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    public string UidText => Uid?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    public string PidText => Pid?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    public override string ToString() => User ?? (Uid is { } uid ? string.Create(CultureInfo.InvariantCulture, $"uid {uid}") : "unknown");
}
