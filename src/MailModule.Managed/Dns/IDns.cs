namespace MailModule.Dns;

/// <summary>
/// Answers questions about names, and holds no thread meanwhile. Small, so that another resolver can stand in. Any
/// number of questions at once; several with one deadline by <see cref="QuestionSet"/>.
/// </summary>
internal interface IDns
{
    /// <summary>
    /// Asks for the records of one type, CNAMEs followed; returns as soon as the question is under way. To be called on
    /// a worker, for it may look at a file. Never throws for what the network or a server does.
    /// </summary>
    /// <param name="cancel">Ends it with <see cref="DnsStatus.Cancelled"/> at once; any thread may cancel.</param>
    ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel);
}
