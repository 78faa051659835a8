using MailModule.Mail;

namespace MailModule.Engine.Serving;

/// <summary>Who looks at a message's content while it comes in. One message; one thread at a time.</summary>
/// <param name="Loop">Null: none of its recipients is a list.</param>
/// <param name="Sample">Null: no filter is asked about it.</param>
internal readonly record struct ContentWatch(LoopWatch? Loop, ContentSample? Sample)
{
    /// <summary>Octets of memory that are kept for filters.</summary>
    public int Held => Sample?.Held ?? 0;

    public static ContentWatch For(Envelope envelope, SmtpBackend backend)
        => new(LoopWatch.For(envelope, backend.Dependencies.Policy()), backend.ChecksOf(envelope)?.NewSample());

    public void Add(ReadOnlySpan<byte> content)
    {
        Loop?.Add(content);
        Sample?.Add(content);
    }
}
