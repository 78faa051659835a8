using System.Buffers;
using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Results;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;

namespace MailModule.Engine.Serving;

/// <summary>
/// The fields that tell what was found out about a message: Received-SPF (RFC 7208 §9.1) and Authentication-Results
/// (RFC 8601), in front of the Received field of the hop that they are of.
/// </summary>
internal static class ResultFields
{
    /// <summary>Octets that are kept for them. What is longer is told in fewer words.</summary>
    public const int Room = 2048;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_fields;

    /// <summary>Puts them into the room that was kept; they are of the session's client.</summary>
    public static void Put(
        ISpoolWriter writer, AuthenticationRules rules, MessageResults results, SmtpSession session)
    {
        MessageResults told = Told(rules, results);
        _ = TryPut(writer, rules, told, session) || TryPut(writer, rules, WithoutTexts(told), session)
            || TryPut(writer, rules, Shortest(told), session);
    }

    /// <summary>False: there is not so much room.</summary>
    private static bool TryPut(
        ISpoolWriter writer, AuthenticationRules rules, MessageResults results, SmtpSession session)
    {
        ArrayBufferWriter<byte> fields = t_fields ??= new ArrayBufferWriter<byte>(Room);
        fields.ResetWrittenCount();
        if (results.MailFrom is { } spf && session.RemoteEndPoint?.Address is IPAddress client)
            ReceivedSpfField.Write(fields, spf, client, session.Envelope.Helo, session.Options.HostName);
        // RFC 8601 §2.2: it may have a comment at its end, and so is the last one.
        AuthenticationResultsField.Write(fields, rules.ServerId, results);
        return writer.PutInFront(fields.WrittenSpan) != Fault.Limit;
    }

    // SPF and DKIM that only DMARC wants to know are nobody's matter; which are off is not told.
    private static MessageResults Told(AuthenticationRules rules, MessageResults results) => results with
    {
        // RFC 7208 §2.3: of the HELO where that has something to say beside the reverse path.
        Helo = results.Helo is { Result: not AuthResult.None } helo ? helo : null,
        Dkim = rules.Has(Authentication.Checks.CheckMethods.Dkim) ? results.Dkim : [],
    };

    private static MessageResults WithoutTexts(MessageResults results) => results with
    {
        Helo = results.Helo is { } helo ? helo with { Text = "" } : null,
        MailFrom = results.MailFrom is { } spf ? spf with { Text = "" } : null,
        Dkim = [.. results.Dkim.Select(dkim => dkim with { Text = "", Identity = "" })],
    };

    // One signature, the best, and no field for SPF alone.
    private static MessageResults Shortest(MessageResults results) => results with
    {
        Helo = null,
        MailFrom = null,
        Dkim = [.. WithoutTexts(results).Dkim.OrderBy(dkim => dkim.Result != AuthResult.Pass).Take(1)],
        Arc = null,
    };
}
