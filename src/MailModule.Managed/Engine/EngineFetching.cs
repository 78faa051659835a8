using MailModule.Delivery.Fetching;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Engine.Serving;
using MailModule.Engine.Settings;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>
/// What a running engine fetches from mailboxes elsewhere: from those of its settings, by the settings of the moment,
/// from when its mail data is open on. Any thread.
/// </summary>
internal sealed class EngineFetching(
    EngineSettings settings, Retrieval retrieval, HostEvents<FetchResult> events, SenderChecks checks, Workers workers,
    Log log)
{
    private readonly Lock _lock = new();
    private SettingListItem[]? _named;
    private (int Most, int MostOfHost) _limits;

    /// <summary>The clients by which it is done, those of the host among them.</summary>
    public Retrieval Retrieval => retrieval;

    /// <summary>Null: the mail data is not open.</summary>
    public Fetching? Running { get; private set; }

    /// <summary>Begins to look at mailboxes.</summary>
    public void Begin(ISpool spool, FetchedMessages fetched, UsageCache usages)
    {
        lock (_lock)
            Running = new Fetching(
                DependenciesOf(spool, fetched, usages), workers.Run,
                () => settings.Current.Int(Keys.Fetching.Most), () => settings.Current.Int(Keys.Fetching.MostOfHost));
        Apply();
    }

    /// <summary>Other settings may count now.</summary>
    public void Apply()
    {
        lock (_lock)
        {
            SettingValues now = settings.Current;
            SettingListItem[] items = now.Items(Keys.Fetching.Fetch);
            (int, int) limits = (now.Int(Keys.Fetching.Most), now.Int(Keys.Fetching.MostOfHost));
            if (Running is null || ReferenceEquals(items, _named) && limits == _limits)
                return;
            (_named, _limits) = (items, limits);
            Running.Set([.. MailboxesOf(items)]);
        }
    }

    /// <summary>Begins nothing more, and ends what is under way soon, as what the host retrieves. Waits for nothing.
    /// </summary>
    public void Close()
    {
        Running?.Close();
        retrieval.Stop();
    }

    /// <summary>After <see cref="Close"/>: false if a look goes on when the time is up.</summary>
    public bool WaitForEnd(TimeSpan timeout) => Running?.WaitForEnd(timeout) ?? true;

    private FetchDependencies DependenciesOf(ISpool spool, FetchedMessages fetched, UsageCache usages) => new()
    {
        Spool = spool,
        Fetched = fetched,
        Policy = () => settings.Current.Relay,
        HostName = () => settings.Current.OwnName.Text,
        AuthServerId = () => settings.Current.Checks.Authentication.ServerId,
        SizeLimit = () => settings.Current.Number(Keys.SmtpMsgLimit),
        ScratchFolder = () => settings.Current.ScratchFolder,
        NewSession = () => new Pop3OutsideSession(Clients) { Speed = Speed },
        Breaking = new BreakingMessages(TimerThread.Shared),
        Check = new FetchedMailCheck(settings, checks, usages, log),
        Ended = result => events.Post(
            workers, result, static (result, sequence) => result with { Sequence = sequence }),
        Time = TimerThread.Shared,
        Log = log,
    };

    private ServerSpeed? Speed
    {
        get
        {
            SettingValues now = settings.Current;
            long least = now.Number(Keys.DosProtectSpeed) * 1024;
            return least == 0 ? null : new ServerSpeed(TimeSpan.FromSeconds(now.Number(Keys.PopTimeout)), least);
        }
    }

    private Fault Clients(out OpenClients? running)
    {
        running = retrieval.Clients;
        return Fault.None;
    }

    private static IEnumerable<OutsideMailbox> MailboxesOf(SettingListItem[] items)
    {
        foreach (SettingListItem item in items)
            if (FetchSetting.TryParse(item.Text, out FetchSetting setting, out _))
                yield return OutsideMailbox.Of(setting);
    }
}
