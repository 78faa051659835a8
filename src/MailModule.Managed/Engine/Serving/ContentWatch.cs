using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>Who looks at a message's content while it comes in. One message; one thread at a time.</summary>
/// <param name="Headers">Null: nothing in its header matters.</param>
/// <param name="Volume">Null: it is not counted.</param>
/// <param name="Sample">Null: no filter is asked about it.</param>
/// <param name="Copy">Null: no program scans it.</param>
/// <param name="Authentication">Null: nobody wants to know whether it is from whom it says.</param>
internal readonly record struct ContentWatch(
    HeaderWatch? Headers, VolumeAccount? Volume, ContentSample? Sample, ScannedMessage? Copy,
    MessageAuthentication? Authentication)
{
    /// <summary>Octets of memory that are kept for filters, programs and checks.</summary>
    public long Held
        => (Sample?.Held ?? 0) + (Copy?.Held ?? 0)
            + (Authentication is { IsFedInFront: false } authentication ? authentication.Held : 0);

    /// <summary>Somebody judges the message when it is whole.</summary>
    public bool IsJudged => Sample is not null || Authentication is not null;

    public static ContentWatch For(Envelope envelope, SmtpBackend backend)
    {
        RelayPolicy rules = backend.Dependencies.Policy();
        return new ContentWatch(HeaderWatch.For(envelope, rules),
            MailChecks.AccountOf(envelope, backend.Dependencies, rules), backend.ChecksOf(envelope)?.NewSample(),
            backend.Dependencies.Checks?.Antivirus.Begin(), backend.AuthenticationOf(envelope));
    }

    /// <summary>Shows a piece to all but who scans.</summary>
    public void Add(ReadOnlySpan<byte> content)
    {
        Headers?.Add(content);
        Volume?.Add(content.Length);
        Sample?.Add(content);
        if (Authentication is { IsFedInFront: false } authentication)
            authentication.Append(content);
    }
}
