using MailModule.Delivery.Signing;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>What all SMTP sessions that begin in one state of the server have in common.</summary>
/// <param name="RunJob">Runs what may block: on a worker, or where sessions are stepped on their caller's
/// thread.</param>
/// <param name="Policy">Gives the policy of the moment.</param>
internal sealed record SmtpDependencies(
    ISpool Spool, Action<IJob> RunJob, HostCallback Host, Func<RelayPolicy> Policy, Log Log)
{
    public ClientLimits Clients { get; init; } = new();

    /// <summary>What mailboxes hold; null: there are no quotas.</summary>
    public UsageCache? Usages { get; init; }

    public Guessing Guessing { get => Clients.Guessing; init => Clients = Clients with { Guessing = value }; }

    /// <summary>What mail of strangers is checked for; null: nothing is.</summary>
    public SenderChecks? Checks { get => Clients.Checks; init => Clients = Clients with { Checks = value }; }

    /// <summary>How messages of ours are signed at this moment; null: they are not. Any thread.</summary>
    public Func<SigningOptions?> Signing { get; init; } = static () => null;

    /// <summary>Gives the folder for what is held on the disk and not kept.</summary>
    public Func<string> ScratchFolder { get; init; } = Path.GetTempPath;
}
