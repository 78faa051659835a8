using MailModule.Mail;
using MailModule.Policy;
using MailModule.Smtp;

namespace MailModule.Delivery.Outgoing;

/// <summary>One message to send, without its content. Immutable.</summary>
internal sealed record SubmissionRequest
{
    public required SubmissionRoute Route { get; init; }
    public required MailAddress From { get; init; }
    public required IReadOnlyList<SubmittedRecipient> Recipients { get; init; }
    public ReturnContent Return { get; init; }

    /// <summary>ENVID (RFC 3461 §4.4); null: none.</summary>
    public string? EnvelopeId { get; init; }

    /// <summary>For <see cref="SubmissionRoute.Server"/>: from <see cref="Routing.NextHop.OfHost"/>.</summary>
    public string NextHop { get; init; } = "";

    /// <summary>
    /// A recipient of a route that knows our own users: with its mailbox, or, for an unknown user, or a list that
    /// leads to itself alone, with the reply that refuses it (RFC 5321 §3.6.2).
    /// </summary>
    public static SubmittedRecipient ResolveRecipient(Recipient recipient, RelayPolicy policy)
    {
        RelayVerdict verdict = policy.CheckRecipient(recipient.Address, mayRelay: true);
        return new SubmittedRecipient(recipient with { Maildrop = verdict.Maildrop }, verdict.Refusal switch
        {
            RelayRefusal.None => null,
            RelayRefusal.Loop => s_loop,
            _ => s_unknownUser,
        });
    }

    private static readonly Reply s_unknownUser = new(550, "5.1.1", "No such user here");
    private static readonly Reply s_loop = new(550, "5.4.6", "Mail loop: this address leads to itself alone");
}
