using MailModule.Engine.Connecting;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>Gets a piece of a message, good during the call. A fault ends the session.</summary>
internal delegate Fault OutsideContent(ReadOnlySpan<byte> piece);

/// <summary>
/// One session with a mailbox elsewhere. Its calls block, one thread at a time; a cancel ends what they wait for.
/// <see cref="Fault.RefusedTemporary"/> and <see cref="Fault.RefusedPermanent"/> are the server's answer, after which
/// the session goes on; after another fault it is over, and nothing that was marked is deleted. Disposing of it closes
/// the connection without QUIT: then, too, nothing is deleted (RFC 1939 §6).
/// </summary>
internal interface IOutsideSession : IDisposable
{
    /// <summary>Connects, and logs in.</summary>
    Fault Open(OutsideMailbox mailbox, CancellationToken cancel);

    /// <summary>Tells of each message, with its number, size and unique id.</summary>
    /// <returns><see cref="Fault.NotSupported"/>: the server has no unique ids.</returns>
    Fault List(Action<OutsideMessage> each);

    /// <summary>
    /// Gives a message: CRLF line ends, dots undone. None: it was all of it, up to the line that ends it.
    /// </summary>
    Fault Retrieve(int number, OutsideContent into);

    /// <summary>Marks a message as one to be deleted.</summary>
    Fault Delete(int number);

    /// <summary>None: what was marked is deleted (RFC 1939 §6).</summary>
    Fault Quit();

    /// <summary>What the last call that failed was at.</summary>
    ClientStage Stage { get; }

    /// <summary>Why the last call failed, in words, the server's own among them; empty if it did not.</summary>
    string Problem { get; }
}
