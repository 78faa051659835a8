using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>Who looks at a message's content while it comes in. One message; one thread at a time.</summary>
/// <param name="Headers">Null: nothing in its header matters.</param>
/// <param name="Volume">Null: it is not counted.</param>
/// <param name="Sample">Null: no filter is asked about it.</param>
/// <param name="Copy">Null: no program scans it.</param>
internal readonly record struct ContentWatch(
    HeaderWatch? Headers, VolumeAccount? Volume, ContentSample? Sample, ScannedMessage? Copy)
{
    /// <summary>Octets of memory that are kept for filters and programs.</summary>
    public int Held => (Sample?.Held ?? 0) + (Copy?.Held ?? 0);

    public static ContentWatch For(Envelope envelope, SmtpBackend backend)
    {
        RelayPolicy rules = backend.Dependencies.Policy();
        return new ContentWatch(HeaderWatch.For(envelope, rules),
            MailChecks.AccountOf(envelope, backend.Dependencies, rules), backend.ChecksOf(envelope)?.NewSample(),
            backend.Dependencies.Checks?.Antivirus.Begin());
    }

    /// <summary>Shows a piece to all but who scans.</summary>
    public void Add(ReadOnlySpan<byte> content)
    {
        Headers?.Add(content);
        Volume?.Add(content.Length);
        Sample?.Add(content);
    }
}
