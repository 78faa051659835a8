namespace MailModule.Dns;

/// <summary>What is asked of a resolver.</summary>
/// <param name="Name">A domain name, with or without the final dot; U-labels are turned into A-labels.</param>
internal readonly record struct DnsQuestion(string Name, DnsType Type);
