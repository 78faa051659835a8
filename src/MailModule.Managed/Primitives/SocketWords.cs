using System.Net.Sockets;

namespace MailModule.Primitives;

/// <summary>
/// Errors of sockets in Linux's words, on every system: Windows' own are whole sentences in the user's language, and
/// wine lacks most of them.
/// </summary>
internal static class SocketWords
{
    /// <summary>Null: the system is asked.</summary>
    public static string? Of(SocketError error) => error switch
    {
        SocketError.AccessDenied => "Permission denied",
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.AddressFamilyNotSupported => "Address family not supported by protocol",
        SocketError.AddressNotAvailable => "Cannot assign requested address",
        SocketError.ConnectionAborted => "Software caused connection abort",
        SocketError.ConnectionRefused => "Connection refused",
        SocketError.ConnectionReset => "Connection reset by peer",
        SocketError.HostDown => "Host is down",
        SocketError.HostUnreachable => "No route to host",
        SocketError.MessageSize => "Message too long",
        SocketError.NetworkDown => "Network is down",
        SocketError.NetworkUnreachable => "Network is unreachable",
        SocketError.NoBufferSpaceAvailable => "No buffer space available",
        SocketError.NotConnected => "Transport endpoint is not connected",
        SocketError.TimedOut => "Connection timed out",
        // The runtime keeps no difference between the process's limit and the system's, and would tell the system's.
        SocketError.TooManyOpenSockets => "Too many open files",
        _ => null,
    };
}
