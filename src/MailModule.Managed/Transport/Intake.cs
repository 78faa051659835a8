using System.Net;
using System.Net.Sockets;
using MailModule.Primitives;

namespace MailModule.Transport;

/// <summary>
/// Takes connected sockets in: each is counted, and gets a connection with a session, or a refusal. Where the client is
/// a proxy its header comes first.
/// </summary>
internal sealed class Intake(ListenerOptions options, ConnectionSet set)
{
    private static readonly TimeSpan s_endless = TimeSpan.FromDays(365);
    private long _lastRefusalLogged = long.MinValue / 2;

    /// <summary>Takes the socket over, whatever comes of it.</summary>
    public Admission Take(Socket socket)
    {
        IPAddress? address = AddressOf(socket);
        bool isProxy = address is not null && options.ExpectsProxyHeader(address);
        bool isKnown = address is not null && !address.Equals(ILink.NoAddress.Address);
        if (isKnown && !isProxy && options.WhyBarred(address!) is { } barred)
        {
            Refuse(socket, barred);
            return Admission.Barred;
        }
        Admission admission = address is null ? Admission.Full : set.Admit(address);
        if (address is null || admission != Admission.Admitted)
        {
            bool isOfAddress = admission == Admission.TooManyOfAddress;
            Refuse(socket, isOfAddress ? options.RefusalOfAddress : options.Refusal);
            LogRefusal(isOfAddress
                ? $"{address} has too many connections; more are refused"
                : "there are too many connections; more are refused");
            return admission;
        }
        Connection? connection = null;
        try
        {
            connection = new Connection(socket, set) { TlsSettings = options.Tls };
            ISession session = isProxy ? AwaitHeader(connection) : options.CreateSession(connection);
            set.Add(connection);
            connection.Start(session, options.IsTlsFirst && !isProxy, options.Refusal.Span);
        }
        catch (Exception e)
        {
            set.Log.Write(LogLevel.Error, "transport", $"{address}: the connection could not be served: {e}");
            socket.Dispose();
            set.Release(address);
        }
        return Admission.Admitted;
    }

    public void Refuse(Socket socket, ReadOnlyMemory<byte> refusal)
    {
        try
        {
            socket.Blocking = false;
            if (!options.IsTlsFirst && !refusal.IsEmpty)
                _ = socket.Send(refusal.Span, SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // gone already
        }
        socket.Dispose();
    }

    public void LogRefusal(string text)
    {
        long now = Environment.TickCount64;
        if (now - _lastRefusalLogged < 10_000)
            return;
        _lastRefusalLogged = now;
        set.Log.Write(LogLevel.Warning, "transport", text);
    }

    private ProxyHeaderSession AwaitHeader(Connection connection)
    {
        connection.IdleTimeout = options.ProxyHeaderTimeout;
        connection.SetDeadline(options.ProxyHeaderTimeout);
        return new ProxyHeaderSession(
            connection, set.Log, options.IsTlsFirst, header => Begin(connection, header));
    }

    private (ISession? Session, ReadOnlyMemory<byte> Refusal) Begin(Connection connection, ProxyHeader header)
    {
        if (header is { IsOfProxy: false, Client: { } client } && options.WhyBarred(client.Address) is { } barred)
            return (null, barred);
        if (!header.IsOfProxy && !connection.TryActFor(new GivenAddresses(header.Client, header.Server)))
        {
            LogRefusal($"{header.Client?.Address} has too many connections; more are refused");
            return (null, options.RefusalOfAddress);
        }
        connection.SetDeadline(s_endless);
        return (options.CreateSession(connection), default);
    }

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint ip ? ip.Address : ILink.NoAddress.Address;
        }
        catch (SocketException)
        {
            return null; // gone already
        }
    }
}
