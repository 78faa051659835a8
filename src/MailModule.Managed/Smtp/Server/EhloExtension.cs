using System.Buffers.Text;
using System.Text;
using MailModule.Mail.Logins.Server;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>A service extension (RFC 5321 §2.2) as the answer to EHLO names it.</summary>
/// <param name="keyword">In ASCII.</param>
internal sealed class EhloExtension(string keyword)
{
    public static readonly EhloExtension FutureRelease = new("FUTURERELEASE")
    {
        Offers = static session => session.Options.Times?.FutureRelease is not null && DeliverBy!.IsOfferedBy(session),
        Parameters = static (session, output) => output.Write($" {session.Options.Times!.FutureRelease}"),
    };

    public static readonly EhloExtension DeliverBy = new("DELIVERBY")
    {
        Offers = static session => session.Options.Times is { } times
            && (times.ToAll || session.AuthenticatedUser is not null),
    };

    /// <summary>In the order in which they are named.</summary>
    public static readonly IReadOnlyList<EhloExtension> Standard =
    [
        new("PIPELINING"),
        new("SIZE") { Parameters = WriteSizeLimit },
        new("8BITMIME"),
        new("CHUNKING"),
        new("LIMITS") { Parameters = WriteLimits },
        new("SMTPUTF8"),
        new("DSN") { Offers = static session => session.Options.OfferDsn },
        DeliverBy,
        FutureRelease,
        new("STARTTLS") { Offers = static session => session.Options.OfferStartTls && !session.IsTls },
        new("AUTH")
        {
            Offers = static session => AuthCommand.Usable(session) != MechanismSet.None,
            Parameters = WriteMechanisms,
        },
        // RFC 5321 §4.1.1.1: every command that not each server must have
        new("EXPN") { Offers = static session => session.TakesExpand },
        new("HELP"),
        new("ENHANCEDSTATUSCODES"),
        new("XCLIENT")
        {
            Offers = static session => session.Options.Xclient is not null,
            Parameters = static (_, output) =>
            {
                output.Write(" "u8);
                output.Write(XclientArgument.Attributes);
            },
        },
    ];

    private readonly byte[] _keyword = Encoding.ASCII.GetBytes(keyword);

    /// <summary>Whether a session offers it now; null: always.</summary>
    public Func<SmtpSession, bool>? Offers { get; init; }

    /// <summary>Writes what stands behind the keyword, blank first; null: nothing.</summary>
    public Action<SmtpSession, Output>? Parameters { get; init; }

    public bool IsOfferedBy(SmtpSession session) => Offers is null || Offers(session);

    public void Write(SmtpSession session, Output output)
    {
        output.Write(_keyword);
        Parameters?.Invoke(session, output);
    }

    private static void WriteMechanisms(SmtpSession session, Output output)
        => ServerMechanisms.ForEach(AuthCommand.Usable(session), output, static (output, name) =>
        {
            output.Write(" "u8);
            output.Write(name);
        });

    // RFC 1870 §4: no number, no fixed limit
    private static void WriteSizeLimit(SmtpSession session, Output output)
    {
        if (session.Options.SizeLimit > 0)
            WriteNumber(" "u8, session.Options.SizeLimit, output);
    }

    // RFC 9422 §4: of the three, only recipients have a limit that is the same for all
    private static void WriteLimits(SmtpSession session, Output output)
        => WriteNumber(" RCPTMAX="u8, session.Options.Limits.Recipients, output);

    private static void WriteNumber(ReadOnlySpan<byte> before, long number, Output output)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, text, out int length);
        output.Write(before);
        output.Write(text[..length]);
    }
}
