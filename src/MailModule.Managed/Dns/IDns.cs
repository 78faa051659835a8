namespace MailModule.Dns;

/// <summary>
/// Answers questions about names, and holds no thread meanwhile. Small, so that another resolver can stand in. Any
/// number of questions at once; several with one deadline by <see cref="QuestionSet"/>.
/// </summary>
internal interface IDns
{
    /// <summary>
    /// Asks for the records of one type, CNAMEs followed; returns as soon as the question is under way. Never throws
    /// for what the network or a server does.
    /// </summary>
    /// <remarks>
    /// To be asked first on a worker, for it may read a file. The answer comes on whatever thread has ended the wait:
    /// one that serves sockets, a timer's, one that cancels. What may follow there is a short step, which may be
    /// another question; for more, and where locks are held, <see cref="Transport.WorkerHandover"/> leads to a worker.
    /// </remarks>
    /// <param name="cancel">Ends it with <see cref="DnsStatus.Cancelled"/> at once; any thread may cancel.</param>
    ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel);
}
