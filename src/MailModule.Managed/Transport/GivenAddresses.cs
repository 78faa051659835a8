using System.Net;

namespace MailModule.Transport;

/// <summary>Where a connection comes from and goes to, as somebody says who passes it on.</summary>
/// <param name="Client">Null: it is not known.</param>
/// <param name="Server">Null: it is not known.</param>
internal sealed record GivenAddresses(IPEndPoint? Client, IPEndPoint? Server)
{
    /// <summary>The client of a link, or who was named in its place; <see cref="ILink.NoAddress"/> for none.</summary>
    public static IPEndPoint ClientOf(GivenAddresses? given, ILink link)
        => given is null ? link.RemoteEndPoint : given.Client ?? ILink.NoAddress;

    /// <summary>Null for what stands for no address.</summary>
    public static IPEndPoint? KnownOf(IPEndPoint one) => one == ILink.NoAddress ? null : one;
}
