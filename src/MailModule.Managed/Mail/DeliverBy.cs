namespace MailModule.Mail;

/// <summary>By when a sender wants the message to be delivered (RFC 2852 §4).</summary>
/// <param name="Within">From its reception on; below zero: the time had passed before it came here.</param>
/// <param name="Returns">by-mode R: it is returned then; else, N, the sender is told that it is late.</param>
/// <param name="Traces">The sender wants to hear of each host that passes it on.</param>
internal sealed record DeliverBy(TimeSpan Within, bool Returns, bool Traces)
{
    /// <param name="received">When the message came.</param>
    public DateTimeOffset DeadlineOf(DateTimeOffset received) => received + Within;

    /// <summary>The same deadline for a message that is made of this one.</summary>
    public DeliverBy MovedTo(DateTimeOffset received, DateTimeOffset later)
        => this with { Within = DeadlineOf(received) - later };
}
