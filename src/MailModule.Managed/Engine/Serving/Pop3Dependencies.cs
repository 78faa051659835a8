using MailModule.Delivery.Local;
using MailModule.Mailbox;
using MailModule.Policy;
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

    public LoginDelays LoginDelays { get; init; } = new(TimeProvider.System);

    /// <summary>How fast clients get messages.</summary>
    public ClientSpeeds Speeds { get; init; } = ClientSpeeds.None;

    public IMailStore Store => Mailboxes.Store;
    public LocalDelivery Delivery => Mailboxes.Delivery;
    public string ScratchFolder => Mailboxes.ScratchFolder;
    public Accounts Accounts => CurrentAccounts();
}
