namespace MailModule.Authentication;

/// <summary>All that was found out about one message. Null, or none: that was not checked.</summary>
internal sealed record MessageResults
{
    public static readonly MessageResults Empty = new();

    /// <summary>SPF of the name in HELO or EHLO.</summary>
    public SpfResult? Helo { get; init; }

    /// <summary>SPF of the reverse path; for the null one as <see cref="Helo"/> (RFC 7208 §2.4).</summary>
    public SpfResult? MailFrom { get; init; }

    /// <summary>One for each signature that was looked at; a message without any has one, None.</summary>
    public IReadOnlyList<DkimResult> Dkim { get; init; } = [];

    public ArcResult? Arc { get; init; }

    public DmarcResult? Dmarc { get; init; }
}
