using System.Net;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Remote;

/// <summary>
/// Takes mail to next hops, one connection for each attempt. It is all that the queue needs of the network, so tests
/// can stand in for it.
/// </summary>
public interface IRemoteDelivery
{
    /// <summary>
    /// Begins an attempt and returns at once. The owner hears of it from any thread, perhaps before this returns.
    /// </summary>
    IDeliveryAttempt Begin(string nextHop, IAttemptOwner owner);
}

/// <summary>One connection's worth of work under way.</summary>
public interface IDeliveryAttempt
{
    /// <summary>The host in use; results name it.</summary>
    RemoteHost? Host { get; }

    /// <summary>
    /// Cuts the attempt: what is not final fails with <see cref="Fault.Cancelled"/>. Any thread; does not wait.
    /// </summary>
    void Cancel();
}

/// <summary>Who spoke at the other end, and under what protection.</summary>
/// <param name="Name">As the route has it.</param>
/// <param name="Tls">Protocol and cipher; null in clear text.</param>
/// <param name="IsVerified">The certificate's name and chain were checked and right.</param>
/// <param name="OffersDsn">The server passes the sender's wish for DSNs on (RFC 3461).</param>
public sealed record RemoteHost(string Name, IPEndPoint? Address, string? Tls, bool IsVerified, bool OffersDsn);

/// <summary>Why an attempt ended.</summary>
/// <param name="Fault">None when the work was done and QUIT said.</param>
/// <param name="Reply">The server's words, if they decided.</param>
/// <param name="IsPermanent">
/// No later attempt will help (no such domain, null MX, every host refuses for good).
/// </param>
/// <param name="Status">Enhanced status (RFC 3463) if it is known beside the reply; else empty.</param>
/// <param name="Text">For a human.</param>
/// <param name="WasReady">
/// A host was ready for mail in this attempt: so the next hop is not down, the connection has merely ended.
/// </param>
public sealed record AttemptEnd(Fault Fault, Reply? Reply, bool IsPermanent, string Status, string Text, bool WasReady);

/// <summary>
/// Who has the transactions of an attempt. Called on the session's thread: must not block. Calls of one attempt never
/// overlap.
/// </summary>
public interface IAttemptOwner
{
    /// <summary>A connection to <see cref="IDeliveryAttempt.Host"/> is being made.</summary>
    void Connecting(IDeliveryAttempt attempt)
    {
    }

    /// <summary>The connection is made; the dialogue begins.</summary>
    void Connected(IDeliveryAttempt attempt)
    {
    }

    /// <summary>A host is ready for the next message; null: nothing is left, say QUIT.</summary>
    SmtpTransaction? NextTransaction(IDeliveryAttempt attempt);

    /// <summary>Part of the content is on its way.</summary>
    void Sending(IDeliveryAttempt attempt, SmtpTransaction transaction);

    /// <summary>
    /// Every recipient of the transaction has its result. Not called for a transaction that was handed out but never
    /// begun: see <see cref="Returned"/>.
    /// </summary>
    void Completed(IDeliveryAttempt attempt, SmtpTransaction transaction);

    /// <summary>
    /// The connection ended before anything of this transaction counted (closed or 421 between two messages): the
    /// transaction is to be tried again at once, which costs no attempt.
    /// </summary>
    void Returned(IDeliveryAttempt attempt, SmtpTransaction transaction);

    /// <summary>The last call. What the owner still has was not tried.</summary>
    void Ended(IDeliveryAttempt attempt, AttemptEnd end);
}
