using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Whether a recipient's mailbox has room, asked at RCPT: from memory where it is known, else on a worker. A mailbox
/// that cannot be looked at has room: delivery will tell.
/// </summary>
internal sealed class QuotaCheck(
    SmtpSession session, SmtpDependencies dependencies, Recipient recipient, MailboxQuota quota, string home) : IJob
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(5), FreshIfRefused = TimeSpan.FromSeconds(5);

    private readonly Envelope _envelope = session.Envelope;
    private readonly UsageCache _usages = dependencies.Usages!;

    /// <summary>Null: the recipient's mailbox has no quota.</summary>
    public static QuotaCheck? For(
        SmtpSession session, SmtpDependencies dependencies, RelayPolicy rules, Recipient recipient)
        => dependencies.Usages is not null && recipient.Maildrop is { } maildrop
            && rules.Quotas.Of(maildrop) is { } quota && rules.Accounts.HomeOf(maildrop) is { } home
                ? new QuotaCheck(session, dependencies, recipient, quota, home)
                : null;

    public Verdict Ask()
    {
        if (_usages.TryGet(home, FreshFor, out MailboxUsage usage))
        {
            QuotaVerdict verdict = Check(usage);
            if (verdict == QuotaVerdict.Within || _usages.TryGet(home, FreshIfRefused, out usage))
                return End(verdict, usage);
        }
        dependencies.RunJob(this);
        return Verdict.Pending;
    }

    public void Run()
    {
        bool isKnown = _usages.Get(home, FreshIfRefused, out MailboxUsage usage) == Fault.None;
        session.Answer(End(isKnown ? Check(usage) : QuotaVerdict.Within, usage));
    }

    private QuotaVerdict Check(MailboxUsage usage)
        => quota.Check(usage.Octets, usage.Messages, session.DeclaredSize);

    private Verdict End(QuotaVerdict verdict, MailboxUsage usage)
    {
        if (verdict == QuotaVerdict.Within)
        {
            _envelope.Add(recipient);
            return Verdict.Accept;
        }
        dependencies.Log.MailboxFull(recipient, usage, session);
        return Verdict.Refuse(BackendReplies.MailboxFull(verdict));
    }
}
