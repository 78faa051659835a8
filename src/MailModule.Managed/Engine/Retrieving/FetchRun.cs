using MailModule.Engine.Connecting;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// One look at a mailbox elsewhere: what is new there is fetched into the spool, and what was fetched is deleted there,
/// unless it is to be kept. Where a session ends at a message, another one goes on behind it. One use; blocks: workers
/// only.
/// </summary>
/// <remarks>
/// Invariant: a message is deleted there only when it is in the spool here and known as fetched, both durably
/// (<see cref="FetchedMail"/>); and none that is known is fetched again. So a look may end anywhere. Where QUIT was not
/// confirmed it is not known what was deleted: the next list tells, and what is still in it is deleted then.
/// </remarks>
internal sealed class FetchRun(FetchDependencies dependencies, OutsideMailbox mailbox, CancellationToken cancel)
{
    /// <summary>Of one look: a server that always ends is left alone until the next.</summary>
    public const int MostSessions = 4;

    private readonly FetchProgress _progress = new(mailbox);

    /// <summary>So far. Any thread.</summary>
    public FetchResult Result => _progress.Result;

    public FetchResult Run()
    {
        _progress.Result = Result with { Began = Now };
        try
        {
            Look();
        }
        catch (Exception exception)
        {
            // The mailbox there is as it was, and what is in the spool is known.
            dependencies.Log.Write(LogLevel.Error, "fetch", $"{mailbox.Name}: {exception}");
            FailedInside();
        }
        _progress.Result = Result with { Ended = Now };
        Tell();
        return Result;
    }

    private DateTimeOffset Now => dependencies.Time.GetUtcNow();

    private void Look()
    {
        if (FindRecipient() is not { } recipient)
        {
            _progress.Failed(Fault.NotFound, $"nobody here is {mailbox.LocalUser}", ClientStage.None);
            return;
        }
        Fault fault = dependencies.Fetched.Load(mailbox.Key, out HashSet<string> known);
        if (fault != Fault.None)
        {
            _progress.Failed(fault, FaultReason.Take(fault) ?? FaultWords.Of(fault), ClientStage.None);
            return;
        }
        _progress.Known = known;
        int sessions = 0;
        do
            sessions++;
        while (MayGoOn(recipient, isFirst: sessions == 1) && sessions < MostSessions);
    }

    // True: another session can do more.
    private bool MayGoOn(Recipient recipient, bool isFirst)
    {
        FetchResult before = Result;
        using IOutsideSession session = dependencies.NewSession();
        FetchPassEnd end = new FetchPass(dependencies, mailbox, recipient, session, _progress, cancel).Run();
        if (end == FetchPassEnd.NotBegun && !isFirst && !cancel.IsCancellationRequested)
        {
            // Why there had to be another session tells more.
            dependencies.Log.Write(
                LogLevel.Info, "fetch", $"{mailbox.Name}, once more: {FaultWords.Of(Result.Fault)}; {Result.Text}");
            _progress.Result = before;
        }
        return end is FetchPassEnd.Broken or FetchPassEnd.BreakingWait;
    }

    // A message that is too much for us keeps others waiting no more than one that is too much for the server.
    private void FailedInside()
    {
        if (_progress.Message is { } message)
            dependencies.Breaking.Add(
                mailbox.Key, message.UniqueId, Fault.Internal, ClientStage.None, "the look failed at it, see the log");
        _progress.Failed(Fault.Internal, "", ClientStage.None);
    }

    private Recipient? FindRecipient()
    {
        RelayPolicy policy = dependencies.Policy();
        string name = mailbox.LocalUser;
        if (name.Contains('@') && MailAddress.TryParse(name, out MailAddress address)
            && policy.CheckRecipient(address, mayRelay: false).Maildrop is { } maildrop)
            return new Recipient(address, maildrop);
        return policy.Accounts.Find(name) is { MayReadMail: true } user && AddressOf(user.Name) is { } own
            ? new Recipient(own, user.Name)
            : null;
    }

    private MailAddress? AddressOf(string user)
        => MailAddress.TryParse(user.Contains('@') ? user : $"{user}@{dependencies.HostName()}", out MailAddress own)
            ? own
            : null;

    private void Tell()
    {
        if (Result.Fault == Fault.None)
            dependencies.Log.Write(
                Result.Fetched + Result.Deleted > 0 ? LogLevel.Info : LogLevel.Debug, "fetch",
                $"{mailbox.Name}: {Result.Found} messages, {Result.Fetched} fetched, {Result.Deleted} deleted");
        else if (Result.Fault != Fault.Cancelled)
            dependencies.Log.Write(
                LogLevel.Warning, "fetch", $"{mailbox.Name}: {FaultWords.Of(Result.Fault)}; {Result.Text}");
    }
}
