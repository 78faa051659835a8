using System.Net;

namespace MailModule.Transport;

/// <summary>Where a connection comes from and goes to, as somebody says who passes it on.</summary>
/// <param name="Client">Null: it is not known.</param>
/// <param name="Server">Null: it is not known.</param>
internal sealed record GivenAddresses(IPEndPoint? Client, IPEndPoint? Server);
