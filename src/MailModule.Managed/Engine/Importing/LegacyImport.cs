using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Importing;

/// <summary>
/// Takes over mailboxes and queue of the old module, each file once. One run at a time; a stop waits for its end, which
/// comes before the next file. Any thread.
/// </summary>
internal sealed class LegacyImport
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _idle = new(initialState: true);
    private bool _isClosed;

    /// <summary>Runs; blocks.</summary>
    /// <param name="tell">Hears of each file; false: no more is wanted.</param>
    public Fault Run(
        ImportSubject subject, ImportOptions options, Func<ImportedFile, bool> tell, out ImportCounts counts)
    {
        counts = default;
        Fault fault = TryEnter();
        if (fault != Fault.None)
            return fault;
        var report = new ImportReport(tell);
        try
        {
            return Run(subject, options, report);
        }
        finally
        {
            counts = report.Counts;
            _idle.Set();
        }
    }

    /// <summary>Nothing runs any more from here on; what runs ends before its next file.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        _idle.Wait();
    }

    private Fault TryEnter()
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Cancelled, "the engine was stopped");
            if (!_idle.IsSet)
                return FaultReason.Because(Fault.Locked, "mail of the old module is being taken over already");
            _idle.Reset();
            return Fault.None;
        }
    }

    private static Fault Run(ImportSubject subject, ImportOptions options, ImportReport report)
    {
        Fault fault = RunMailboxes(subject, options, report);
        if (fault == Fault.None && options.Queue is { } queue)
            fault = new LegacyQueue(subject, options, report, Path.GetFullPath(queue)).Run();
        if (fault == Fault.None && report.IsCancelled)
            fault = Fault.Cancelled;
        if (fault == Fault.Cancelled)
            return FaultReason.Because(
                fault, report.IsCancelled ? "the callback wanted no more" : "the engine was stopped");
        return fault == Fault.None ? FaultReason.Because(report.Fault, report.Text) : fault;
    }

    private static Fault RunMailboxes(ImportSubject subject, ImportOptions options, ImportReport report)
    {
        Accounts accounts = subject.Policy().Accounts;
        if (options.User is { } name)
            return accounts.Find(name) is { } found
                ? RunMailbox(subject, options, report, found)
                : FaultReason.Because(Fault.NotFound, $"no such user: {name}");
        var homes = new HashSet<string>(StringComparer.FromComparison(FilePath.Comparison));
        foreach (Account account in accounts.All)
            if (homes.Add(account.Home)
                && RunMailbox(subject, options, report, account) is var fault and not Fault.None)
                return fault;
        return Fault.None;
    }

    // One mailbox that is in use, or cannot be read, keeps none of the others from being taken over.
    private static Fault RunMailbox(
        ImportSubject subject, ImportOptions options, ImportReport report, Account account)
    {
        Fault fault = new LegacyMailbox(subject, options, report, account.Name, account.Home).Run();
        if (fault is Fault.None or Fault.Full or Fault.Memory or Fault.Cancelled)
            return fault;
        report.AddFolder(new ImportedFile(
            Path.Combine(account.Home, "mbox"), account.Name, "", 0, fault,
            fault == Fault.Locked ? "the mailbox is in use" : SystemFault.Describe(fault)));
        return Fault.None;
    }
}
