namespace MailModule.Dns.Wire;

/// <summary>What is asked, and the id that its response must carry.</summary>
/// <param name="Name">As <see cref="DnsName"/> normalizes it.</param>
internal readonly record struct Question(ushort Id, string Name, DnsType Type);
