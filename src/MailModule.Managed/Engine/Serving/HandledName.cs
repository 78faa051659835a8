using MailModule.Engine.Serving.Handlers;
using MailModule.Mail;
using MailModule.Policy;
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
    public static Verdict Follow(SmtpSession session, RelayPolicy rules, HandlerCalls calls, StepAnswer answer)
    {
        if (answer is { Kind: StepAnswerKind.Continue } or { Reply: not null })
            return new Verdict(VerdictKind.Accept, answer.Reply);
        // RFC 5321 §3.5.2: 250 names the mailbox. Where none can be named, 252 says that it is taken (§3.5.3).
        if ((calls.Findings.Expansion ?? MailboxOf(calls.Arguments.Text, session, rules)) is not { } mailbox)
            return new Verdict(VerdictKind.Accept, Replies.CannotVerify252);
        return new Verdict(VerdictKind.Accept, mailbox.NeedsUtf8 && !session.MayReplyInUtf8
            ? Replies.CannotShow252
            : new Reply(250, "2.1.5", $"<{mailbox.WireText}>"));
    }

    // A name without a domain is one of this host, if that is a domain of ours.
    private static MailAddress? MailboxOf(string name, SmtpSession session, RelayPolicy rules)
    {
        string host = session.Options.HostName;
        return (MailAddress.TryParse(name, out MailAddress mailbox) && mailbox.Domain.Length > 0)
            || (rules.Domains.Contains(host) && MailAddress.TryParse($"{name}@{host}", out mailbox))
                ? mailbox
                : null;
    }
}
