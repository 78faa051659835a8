using MailModule.Delivery.Local;
using MailModule.Engine.Proxying;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What all POP3 sessions that begin in one state of the server have in common.</summary>
/// <param name="RunJob">Runs what may block: on a worker, or where sessions are stepped on their caller's
/// thread.</param>
/// <param name="CurrentAccounts">Gives the accounts of the moment.</param>
internal sealed record Pop3Dependencies(
    MailboxDependencies Mailboxes, Action<IJob> RunJob, HostCallback Host, Func<Accounts> CurrentAccounts,
    ReadAheadBuffers ReadAheadBuffers, Log Log)
{
    public Guessing Guessing { get; init; } = new();

    /// <summary>For POP before SMTP; null: nobody asks.</summary>
    public PopLogins? PopLogins { get; init; }

    /// <summary>Passes logins on to other servers; null: none are.</summary>
    public Pop3Proxy? Proxy { get; init; }

    public LoginDelays LoginDelays { get; init; } = new(TimeProvider.System);

    /// <summary>How fast clients get messages.</summary>
    public ClientSpeeds Speeds { get; init; } = ClientSpeeds.None;

    /// <summary>The user's last login is long enough ago (RFC 2449 §6.5).</summary>
    public bool MayLogIn(Pop3Session session, string user)
        => LoginDelays.MayLogIn(user, TimeSpan.FromSeconds(session.Options.LoginDelay));

    /// <summary>The user's mailbox is open: a login that came to nothing, or too early, is none that delays.</summary>
    public void CountLogin(Pop3Session session, string user)
    {
        if (session.Options.LoginDelay > 0)
            LoginDelays.Add(user);
    }

    public IMailStore Store => Mailboxes.Store;
    public LocalDelivery Delivery => Mailboxes.Delivery;
    public string ScratchFolder => Mailboxes.ScratchFolder;
    public Accounts Accounts => CurrentAccounts();
}
