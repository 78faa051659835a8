using MailModule.Delivery.Local;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Mailboxes;

/// <summary>How a mailbox is opened.</summary>
[Flags]
public enum MailboxOpening
{
    None = 0,
    /// <summary>Without its lock, beside whoever has that: nothing can be deleted.</summary>
    Shared = 1,
    /// <summary>A folder that is not there is made.</summary>
    Create = 2,
}

/// <summary>
/// The mailboxes of the users, for the host without POP3. Waits for the disk. Any thread. After the stop of the engine
/// it opens and changes nothing any more: <see cref="Fault.State"/>.
/// </summary>
public sealed class MailboxAccess
{
    /// <summary>As long as a login waits for mail that was confirmed before it.</summary>
    private static readonly TimeSpan CatchUpTime = TimeSpan.FromSeconds(2);

    private readonly EngineSettings _settings;
    private readonly ISpool _spool;
    private readonly IMailStore _store;
    private readonly UsageCache _usages;
    private readonly LocalDelivery _delivery;
    private readonly object _lock = new();
    private int _inside;
    private bool _isClosed;

    internal MailboxAccess(
        EngineSettings settings, ISpool spool, IMailStore store, UsageCache usages, LocalDelivery delivery, Log log)
    {
        _settings = settings;
        _spool = spool;
        _store = store;
        _usages = usages;
        _delivery = delivery;
        Log = log;
    }

    internal Log Log { get; }

    internal ISpool Spool => _spool;

    internal SettingValues Values => _settings.Current;

    /// <summary>
    /// Opens a mailbox: what was accepted for it before is in it, save what waits. <see cref="Fault.NotFound"/> (the
    /// user has no mailbox; the folder), <see cref="Fault.Argument"/> (the folder's name), <see cref="Fault.Locked"/>.
    /// </summary>
    /// <param name="name">As the user logs in.</param>
    /// <param name="folder">Empty: the mailbox itself.</param>
    /// <param name="mailbox">Not null when the result is None.</param>
    public Fault Open(string name, string folder, MailboxOpening opening, out HostMailbox? mailbox)
    {
        mailbox = null;
        Fault fault = Find(name, folder, out Account? account, out string path);
        if (fault == Fault.None)
            fault = Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            _delivery.CatchUp(CatchUpTime, account!.Home);
            fault = Open(account.Home, path, opening, out IMaildrop maildrop);
            if (fault == Fault.None)
                mailbox = new HostMailbox(
                    this, account.Name, maildrop, (opening & MailboxOpening.Shared) != 0);
            return fault;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The folders of a user's mailbox, as <see cref="Open(string, string, MailboxOpening, out HostMailbox)"/>
    /// takes them, in the order of their names.</summary>
    public Fault ListFolders(string name, out IReadOnlyList<string> folders)
    {
        folders = [];
        Fault fault = Find(name, "", out Account? account, out _);
        return fault != Fault.None ? fault : _store.ListFolders(account!.Home, out folders);
    }

    /// <summary>
    /// Begins a message for a mailbox. <see cref="Fault.NotFound"/> (the user has no mailbox),
    /// <see cref="Fault.Argument"/> (folder, sender).
    /// </summary>
    /// <param name="folder">Empty: the mailbox itself. It is made if need be.</param>
    /// <param name="from">For Return-Path; empty: the null path.</param>
    /// <param name="delivery">Not null when the result is None.</param>
    public Fault NewDelivery(string name, string folder, string from, out HostDelivery? delivery)
    {
        delivery = null;
        Fault fault = Find(name, folder, out Account? account, out string path);
        if (fault != Fault.None)
            return fault;
        string bare = from.Length > 1 && from[0] == '<' && from[^1] == '>' ? from[1..^1] : from;
        MailAddress sender = MailAddress.Null;
        if (bare.Length > 0 && !MailAddress.TryParse(bare, out sender))
            return FaultReason.Because(Fault.Argument, $"the sender is not an address: {from}");
        delivery = new HostDelivery(this, account!, path, sender);
        return Fault.None;
    }

    /// <summary>Nothing begins any more; waits, as long as it may, for what is under way.</summary>
    internal void Close(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            _isClosed = true;
            while (_inside > 0 && deadline - Environment.TickCount64 is > 0 and var left)
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
        }
    }

    /// <summary>Where None, the stop of the engine waits for <see cref="Leave"/>.</summary>
    internal Fault Enter()
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.State, "the engine was stopped");
            _inside++;
            return Fault.None;
        }
    }

    internal void Leave()
    {
        lock (_lock)
        {
            _inside--;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>What was delivered into a mailbox will not come again, whatever of it is deleted now. Blocks.</summary>
    internal Fault MakeDurable(string home) => _delivery.MakeDurable(home);

    /// <summary><see cref="Fault.Full"/>: the quota does not allow so many octets more.</summary>
    internal Fault CheckQuota(Account account, long octets)
    {
        if (Values.Relay.Quotas.Of(account.Name) is not { } quota
            || _usages.Get(account.Home, TimeSpan.Zero, out MailboxUsage usage) != Fault.None
            || quota.Check(usage.Octets, usage.Messages, octets) == QuotaVerdict.Within)
            return Fault.None;
        return FaultReason.Because(
            Fault.Full,
            $"the quota of {account.Name}: the mailbox has {usage.Octets} octets, {usage.Messages} messages");
    }

    private Fault Open(string home, string folder, MailboxOpening opening, out IMaildrop maildrop)
    {
        maildrop = null!;
        if (folder.Length > 0 && (opening & MailboxOpening.Create) == 0)
        {
            Fault found = _store.FindFolder(home, folder);
            if (found != Fault.None)
                return found == Fault.NotFound
                    ? FaultReason.Because(Fault.NotFound, $"there is no folder {folder}")
                    : found;
        }
        Fault fault = (opening & MailboxOpening.Shared) != 0
            ? _store.OpenShared(home, folder, out maildrop)
            : _store.Open(home, folder, out maildrop);
        return fault == Fault.Locked
            ? FaultReason.Because(fault, "the mailbox is in use by a POP3 session, another handle, or another process")
            : fault;
    }

    private Fault Find(string name, string folder, out Account? account, out string path)
    {
        path = "";
        account = Values.Accounts.Find(name);
        if (account is not { MayReadMail: true })
            return FaultReason.Because(Fault.NotFound, $"no user {name} has a mailbox");
        return folder.Length == 0 || SubFolder.TryParse(folder, account.Home, out path)
            ? Fault.None
            : FaultReason.Because(Fault.Argument, $"no name of a folder: {folder}");
    }
}
