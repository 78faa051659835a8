namespace MailModule.Dns;

/// <summary>
/// Answers questions about names. Small, so that another resolver can stand in. Blocks: workers only; any number of
/// threads at once.
/// </summary>
internal interface IDns
{
    /// <summary>
    /// Asks for the records of one type, CNAMEs followed. Never throws for what the network or a server does.
    /// </summary>
    /// <param name="name">A domain name, with or without the final dot; U-labels are turned into A-labels.</param>
    /// <param name="cancel">Makes it return <see cref="DnsStatus.Cancelled"/> within milliseconds.</param>
    DnsAnswer Query(string name, DnsType type, CancellationToken cancel);
}
