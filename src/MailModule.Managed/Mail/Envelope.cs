using System.Net;

namespace MailModule.Mail;

/// <summary>What SMTP says about a message beside its text (RFC 5321 §2.3.1), and how it came in.</summary>
internal sealed class Envelope
{
    public MailAddress ReversePath { get; set; } = MailAddress.Null;
    public List<Recipient> Recipients { get; } = [];

    /// <summary>The name given with HELO or EHLO; empty if the message was not received by SMTP.</summary>
    public string Helo { get; set; } = "";

    /// <summary>The client's address and port; null if the message was not received by SMTP.</summary>
    public IPEndPoint? Client { get; set; }

    /// <summary>The user who logged in; null if none did.</summary>
    public string? AuthenticatedUser { get; set; }

    /// <summary>
    /// The message came from a client who had not logged in and may not relay, so that nobody vouches for its sender:
    /// what it asks of reports is taken for less (docs/decisions/0025).
    /// </summary>
    public bool IsFromStranger { get; set; }

    /// <summary>
    /// Its recipients were chosen by nobody who may relay: mail of strangers, DSNs, what forward files send on. It goes
    /// to no host at an inner address, unless the settings say so (docs/decisions/0033).
    /// </summary>
    public bool AvoidsInner { get; set; }

    public DateTimeOffset Received { get; set; }

    /// <summary>BODY=8BITMIME was given (RFC 6152).</summary>
    public bool EightBit { get; set; }

    /// <summary>SMTPUTF8 was given (RFC 6531).</summary>
    public bool Utf8 { get; set; }

    /// <summary>RET: how much of the message a DSN of failure brings back (RFC 3461 §4.3).</summary>
    public ReturnContent Return { get; set; }

    /// <summary>ENVID, decoded: the sender's own mark, for DSNs (RFC 3461 §4.4); null if none was given.</summary>
    public string? EnvelopeId { get; set; }

    /// <summary>FUTURERELEASE (RFC 4865): null: it may go at once.</summary>
    public HoldRequest? Hold { get; set; }

    /// <summary>DELIVERBY (RFC 2852); null: nothing was said.</summary>
    public DeliverBy? DeliverBy { get; set; }

    /// <summary>
    /// AUTH (RFC 4954 §5): who submitted the message, as somebody says who is trusted with it; the null address: nobody
    /// knows, and whose login it is does not count; null: nothing was said.
    /// </summary>
    public MailAddress? Submitter { get; set; }

    /// <summary>When it may go, at the earliest: its reception, where the sender has not said otherwise.</summary>
    public DateTimeOffset Release
        => Hold is { } hold && hold.ReleaseOf(Received) is var release && release > Received ? release : Received;

    /// <summary>When <see cref="DeliverBy"/> is over; null: never.</summary>
    public DateTimeOffset? Deadline => DeliverBy?.DeadlineOf(Received);

    /// <summary>Its sender does not want it to be delivered any more, but returned.</summary>
    public bool IsTooLate(DateTimeOffset now) => DeliverBy is { Returns: true } && now >= Deadline;

    /// <summary>
    /// Adds a recipient, once: one message is enough. Who asks for other reports is another, for them.
    /// </summary>
    public void Add(Recipient recipient)
    {
        if (!Names(recipient))
            Recipients.Add(recipient);
    }

    /// <summary>The recipient is among these already, with the same wishes for reports.</summary>
    public bool Names(Recipient recipient)
    {
        int length = recipient.Address.LocalPart.Length;
        foreach (Recipient one in Recipients)
            if (one.Address.LocalPart.Length == length && one.Equals(recipient))
                return true;
        return false;
    }

    /// <summary>Octets of memory that the recipients take.</summary>
    public long Octets
    {
        get
        {
            long octets = 0;
            foreach (Recipient one in Recipients)
                octets += Recipient.OctetsOf(one.Address, one.OriginalRecipient);
            return octets;
        }
    }
}

/// <summary>RFC 3461 §4.3.</summary>
public enum ReturnContent : byte
{
    /// <summary>Not said.</summary>
    Default,
    Full,
    Headers,
}

/// <summary>Which DSNs a sender wants for a recipient (RFC 3461 §4.1).</summary>
[Flags]
public enum Notify : byte
{
    /// <summary>Not said: failures, and delays if the host likes.</summary>
    Default = 0,
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary>One forward-path of an envelope.</summary>
/// <param name="Address">The address as the client gave it.</param>
/// <param name="Maildrop">The local user whose mailbox gets it, or the list whose members do (it begins with
/// <c>list</c> and a TAB), perhaps with a folder (<see cref="FolderMaildrop"/>); null for a remote
/// recipient.</param>
internal sealed record Recipient(MailAddress Address, string? Maildrop)
{
    // the objects around the texts
    private const int OctetsOfAny = 200;

    /// <summary>NOTIFY, RFC 3461 §4.1.</summary>
    public Notify Notify { get; init; }

    /// <summary>ORCPT, decoded: <c>type;address</c> (RFC 3461 §4.2); null if none was given.</summary>
    public string? OriginalRecipient { get; init; }

    /// <summary>Octets of memory that a recipient takes in an envelope.</summary>
    public static long OctetsOf(MailAddress address, string? originalRecipient)
        => OctetsOfAny + sizeof(char)
            * (address.Text.Length + address.WireText.Length + (originalRecipient?.Length ?? 0));
}
