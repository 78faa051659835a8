namespace MailModule.Dns.Wire;

/// <summary>What is asked, and the number that its reply must bear.</summary>
/// <param name="Name">As <see cref="DnsName"/> writes it.</param>
internal readonly record struct Question(ushort Id, string Name, DnsType Type);
