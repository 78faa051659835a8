using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Fetching;

/// <summary>What <see cref="FetchedMessages"/> works with.</summary>
/// <param name="Folder">Has the files, one for each mailbox elsewhere; made when it is needed.</param>
/// <param name="RunJob">Runs what blocks on a worker.</param>
internal sealed record FetchedDependencies(
    ISpool Spool, string Folder, IDisk Disk, Action<IJob> RunJob, TimeProvider Time, Log Log);

/// <summary>
/// Which messages of mailboxes elsewhere were fetched: in the spool with the message, and then in the mailbox's own
/// file (<see cref="SeenMessages"/>). Any thread.
/// </summary>
/// <remarks>
/// Invariant: a message that is in the spool, or was, is known. The spool's record of it names it by a recipient
/// (<see cref="FetchedMaildrop"/>), which is taken in the moment in which the spool hands the entry over: before the
/// commit is answered, and at a start before anybody can look at a mailbox. That recipient is done only when the file
/// has the message, durably. So it is known by the one, by the other, or by both; a crash between them writes a line
/// twice, which says nothing new.
/// </remarks>
internal sealed class FetchedMessages(FetchedDependencies dependencies)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly object _lock = new();
    private readonly Dictionary<string, Account> _accounts = [];
    private int _running;
    private bool _isStopping;

    /// <summary>
    /// Takes an entry of the spool: <c>LocalDeliveryDependencies.Taken</c>. Cheap; never blocks.
    /// </summary>
    public void Take(ISpoolEntry entry)
    {
        List<Recipient> recipients = entry.Envelope.Recipients;
        for (int i = 0; i < recipients.Count; i++)
            if (recipients[i].Maildrop is { } maildrop && FetchedMaildrop.Read(maildrop) is { } fetched
                && !entry.IsDone(i))
                Take(new Fetched(entry, i, fetched.UniqueId), fetched.Account);
    }

    /// <summary>The ids of a mailbox's messages that were fetched. Blocks.</summary>
    /// <returns>None; a fault: it is not known, so nothing may be fetched now.</returns>
    public Fault Load(string key, out HashSet<string> known)
    {
        Account account;
        string[] waiting;
        // In this order: what the file has by now waits no more, but is in the file.
        lock (_lock)
        {
            account = Of(key);
            waiting = [.. account.Waiting.Select(one => one.UniqueId)];
        }
        Fault fault = account.File.Load(out known);
        known.UnionWith(waiting);
        return fault;
    }

    /// <inheritdoc cref="SeenMessages.Compare"/>
    public Fault Compare(string key, IReadOnlySet<string> listed)
    {
        SeenMessages file;
        HashSet<string> deleted, waiting;
        lock (_lock)
        {
            Account account = Of(key);
            (file, deleted) = (account.File, [.. account.Deleted]);
            waiting = [.. account.Waiting.Select(one => one.UniqueId)];
        }
        int today = (int)(dependencies.Time.GetUtcNow().ToUnixTimeSeconds() / (24 * 60 * 60));
        Fault fault = file.Compare(listed, deleted, today);
        // What the file did not have yet comes into it still, and is forgotten when it is there.
        if (fault == Fault.None)
            lock (_lock)
                Of(key).Deleted.ExceptWith(deleted.Where(id => !listed.Contains(id) && !waiting.Contains(id)));
        return fault;
    }

    /// <summary>
    /// The server has confirmed that it has deleted these. When a later list does not name them, they are forgotten.
    /// </summary>
    public void Deleted(string key, IEnumerable<string> ids)
    {
        lock (_lock)
            Of(key).Deleted.UnionWith(ids);
    }

    /// <summary>
    /// Writes nothing more; returns when what is being written is. The rest is in the spool, for the next start. False:
    /// the time is up, and something runs on.
    /// </summary>
    public bool Stop(TimeSpan timeout)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        lock (_lock)
        {
            _isStopping = true;
            foreach (Account account in _accounts.Values)
                account.Retry?.Dispose();
            while (_running > 0)
            {
                long left = deadline - Environment.TickCount64;
                if (left <= 0)
                    return false;
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
            return true;
        }
    }

    private void Take(Fetched one, string key)
    {
        lock (_lock)
        {
            Account account = Of(key);
            account.Waiting.Add(one);
            Begin(account);
        }
    }

    private Account Of(string key)
    {
        if (!_accounts.TryGetValue(key, out Account? account))
            _accounts[key] = account = new Account(new SeenMessages(dependencies.Folder, key, dependencies.Disk));
        return account;
    }

    private void Begin(Account account)
    {
        if (account.IsBusy || _isStopping)
            return;
        account.IsBusy = true;
        _running++;
        dependencies.RunJob(new Recording(this, account));
    }

    // One sync for all that wait.
    private void Record(Account account)
    {
        Fetched[] batch;
        lock (_lock)
            batch = [.. account.Waiting];
        Fault fault = Write(account, batch);
        if (fault == Fault.None)
            foreach (Fetched one in batch)
                dependencies.Spool.MarkDone(one.Entry, [one.Recipient], soon: true);
        lock (_lock)
        {
            _running--;
            account.IsBusy = false;
            if (fault == Fault.None)
                account.Waiting.RemoveRange(0, batch.Length);
            if (fault != Fault.None)
                RetryLater(account);
            else if (account.Waiting.Count > 0)
                Begin(account);
            Monitor.PulseAll(_lock);
        }
    }

    // The unexpected counts as a failure for now: the spool has it.
    private Fault Write(Account account, Fetched[] batch)
    {
        try
        {
            Fault fault = account.File.Add([.. batch.Select(one => one.UniqueId).Distinct()]);
            if (fault != Fault.None && !account.HasFailed)
                Log($"{FaultReason.Take(fault) ?? FaultWords.Of(fault)}; what was fetched stays in the spool for now");
            account.HasFailed = fault != Fault.None;
            return fault;
        }
        catch (Exception exception)
        {
            Log($"{exception}");
            return Fault.Internal;
        }
    }

    private void RetryLater(Account account)
    {
        if (_isStopping)
            return;
        account.Retry?.Dispose();
        account.Retry = dependencies.Time.CreateTimer(_ => Retry(account), null, Pause, Timeout.InfiniteTimeSpan);
    }

    private void Retry(Account account)
    {
        lock (_lock)
            if (account.Waiting.Count > 0)
                Begin(account);
    }

    private void Log(string text) => dependencies.Log.Write(LogLevel.Error, "fetch", text);

    /// <summary>A message in the spool whose recipient stands for that it was fetched.</summary>
    private readonly record struct Fetched(ISpoolEntry Entry, int Recipient, string UniqueId);

    /// <summary>One mailbox elsewhere.</summary>
    private sealed class Account(SeenMessages file)
    {
        public SeenMessages File => file;

        /// <summary>What the file does not have yet, as far as is known.</summary>
        public List<Fetched> Waiting { get; } = [];

        public HashSet<string> Deleted { get; } = [];

        public ITimer? Retry { get; set; }
        public bool IsBusy { get; set; }
        public bool HasFailed { get; set; }
    }

    private sealed class Recording(FetchedMessages owner, Account account) : IJob
    {
        public void Run() => owner.Record(account);
    }
}
