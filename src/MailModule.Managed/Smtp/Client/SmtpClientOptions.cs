using MailModule.Mail;

namespace MailModule.Smtp.Client;

/// <summary>When a client turns to TLS by STARTTLS (RFC 3207).</summary>
internal enum StartTlsUse
{
    Never,
    /// <summary>When offered; after a refusal the session continues in clear text.</summary>
    IfOffered,
    /// <summary>Without it no message is sent.</summary>
    Required,
}

/// <summary>What becomes of eight-bit text, and of header fields in UTF-8, for a server that does not offer to take
/// them.</summary>
internal enum EightBitUse
{
    /// <summary>It is converted, which RFC 6152 §3 allows.</summary>
    Convert,
    /// <summary>It is sent all the same.</summary>
    Raw,
    /// <summary>The message fails.</summary>
    Return,
}

/// <summary>Which small messages go in one write with their commands, by BDAT, where the server offers CHUNKING and
/// PIPELINING.</summary>
internal enum ChunkingUse
{
    None,
    /// <summary>
    /// The first of a connection. Those behind it cost a round trip each anyway, begun behind the last one's dot.
    /// </summary>
    FirstMessage,
    EveryMessage,
}

/// <summary>What a client session needs to know.</summary>
/// <param name="HostName">Our name for EHLO and HELO.</param>
internal sealed record SmtpClientOptions(string HostName, StartTlsUse StartTls)
{
    /// <summary>
    /// Null: no login. Else without it no message is sent. Its failure ends the connection at
    /// <see cref="SmtpStage.Auth"/>: <see cref="Primitives.Fault.RefusedPermanent"/> with the server's words (535) or
    /// because it offers no mechanism we know, <see cref="Primitives.Fault.RefusedTemporary"/> (4xx),
    /// <see cref="Primitives.Fault.Tls"/> if the password would have to go in clear text,
    /// <see cref="Primitives.Fault.Protocol"/> if the server broke the exchange or does not know the password either
    /// (RFC 5802). None of them is about a message: a queue takes all of them for temporary, since the setting may be
    /// corrected.
    /// </summary>
    public Credentials? Login { get; init; }

    /// <summary>
    /// The password may go without TLS to this server by PLAIN, LOGIN and CRAM-MD5, which a listener can guess from.
    /// </summary>
    public bool AllowsClearPassword { get; init; }

    public EightBitUse EightBit { get; init; }

    /// <summary>Hears of all that is said, of one session; null: nobody does.</summary>
    public DialogueTrace? Trace { get; init; }

    public ChunkingUse Chunking { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = SmtpTimeouts.Standard;

    /// <summary>Every stage has at most this long, whatever <see cref="Timeouts"/> says.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.MaxValue;
}
