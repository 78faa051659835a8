using System.Net;

namespace MailModule.Transport;

/// <summary>Who is at the ends of a connection, where that is not what its link says. Read by any thread.</summary>
internal struct ConnectionEnds
{
    private GivenAddresses? _given;

    /// <inheritdoc cref="Connection.PeerEndPoint"/>
    public IPEndPoint? Peer { get; set; }

    /// <summary>The client, or who was named in its place; <see cref="ILink.NoAddress"/> for none.</summary>
    public readonly IPEndPoint RemoteOf(ILink link)
        => Volatile.Read(in _given) is { } given ? given.Client ?? ILink.NoAddress : link.RemoteEndPoint;

    public readonly IPEndPoint? LocalOf(ILink link)
        => Volatile.Read(in _given) is { } given ? given.Server : link.LocalEndPoint;

    public void Give(GivenAddresses addresses) => Volatile.Write(ref _given, addresses);

    /// <summary>Null for what stands for no address.</summary>
    public static IPEndPoint? KnownOf(IPEndPoint one) => one == ILink.NoAddress ? null : one;
}
