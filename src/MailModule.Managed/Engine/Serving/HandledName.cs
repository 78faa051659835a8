using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving;

/// <summary>A name that VRFY asks about, as a host's handlers look it up.</summary>
internal static class HandledName
{
    /// <summary>
    /// The address in the text, which people write in brackets, behind a name or beside a comment (RFC 5322 §3.4); else
    /// the text as it is, without brackets around it.
    /// </summary>
    public static string AddressIn(string text)
    {
        if (AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> found, out _) && found.Count == 1)
            return found[0].Address.Text;
        return text is ['<', .. var inside, '>'] ? inside.Trim(' ') : text;
    }

    /// <summary>What follows the look-up's answer.</summary>
    public static Verdict Follow(SmtpSession session, HandlerCalls calls, StepAnswer answer)
    {
        // RFC 5321 §3.5.1: 250 names the mailbox. Where none can be named, 252 says that it is taken (§3.5.3; RFC 6531
        // §3.7.4.2).
        if (answer is { Kind: StepAnswerKind.Continue } or { Reply: not null } || MailboxOf(calls) is not { } mailbox
            || (mailbox.NeedsUtf8 && !session.TakesUtf8))
            return new Verdict(VerdictKind.Accept, answer.Reply);
        return new Verdict(VerdictKind.Accept, new Reply(250, "2.1.5", $"<{mailbox.WireText}>"));
    }

    private static MailAddress? MailboxOf(HandlerCalls calls)
    {
        if (calls.Findings.Expansion is { } expansion)
            return expansion;
        return MailAddress.TryParse(calls.Arguments.Text, out MailAddress address) && address.Domain.Length > 0
            ? address
            : null;
    }
}
