using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Lists;
using MailModule.Delivery.Reports;
using MailModule.Delivery.Resending;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Spool;

namespace MailModule.Delivery.Local;

/// <summary>What lists and forward files need.</summary>
internal sealed class LocalRulesDependencies
{
    public required ISpool Spool { get; init; }
    public required IDsnSender DsnSender { get; init; }

    /// <summary>Users, lists and domains of this moment. Cheap; any thread.</summary>
    public required Func<RelayPolicy> Policy { get; init; }

    /// <summary>The settings of forward files of this moment. Cheap; any thread.</summary>
    public required Func<DotForwardOptions> Forward { get; init; }

    /// <summary>Our name, for Received fields.</summary>
    public required Func<string> HostName { get; init; }

    /// <summary>Seals what is sent on.</summary>
    public ArcSealer Sealer { get; init; } = ArcSealer.None;

    /// <summary>Where messages lie while commands look at them.</summary>
    public required string ScratchFolder { get; init; }

    public Log Log { get; init; } = Log.None;
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public FileCalls Calls { get; init; } = FileCalls.Real;
}

/// <summary>
/// Expands lists, carries out forward files, sends on what is returned, and notes what was taken over.
/// </summary>
internal sealed class LocalRules : ILocalRules
{
    private readonly ListExpansion _lists;
    private readonly DotForward _dotForward;
    private readonly ReturnedMail _returned;
    private readonly FileCalls _calls;

    public LocalRules(LocalRulesDependencies dependencies)
    {
        var resender = new Resender(
            dependencies.Spool, dependencies.HostName, dependencies.Sealer, dependencies.Time);
        var dsns = new DsnDrafts(dependencies.DsnSender, dependencies.Time, dependencies.Log);
        var scratch = new ScratchFiles(dependencies.ScratchFolder, Disk.Real);
        _lists = new ListExpansion(resender, dsns, dependencies.Policy, dependencies.Log);
        _dotForward = new DotForward(
            resender, dsns, dependencies.Policy, dependencies.Forward, scratch, dependencies.Calls,
            dependencies.Log);
        _calls = dependencies.Calls;
        _returned = new ReturnedMail(resender, dsns, dependencies.Policy, dependencies.Log);
    }

    public bool AppliesTo(string maildrop, string? home)
        => home is not null
            ? _dotForward.AppliesTo(home)
            : MailingList.NameIn(maildrop) is not null || SenderRewriting.OriginalIn(maildrop) is not null
                || ImportedMail.IsOne(maildrop);

    public LocalActionResult Run(LocalAction action, CancellationToken cancel)
    {
        if (action.Home is not null)
            return _dotForward.Run(action, cancel);
        if (ImportedMail.TryRead(action.Maildrop, out ImportedMail? imported))
            return imported.Note(_calls) is var fault and not Fault.None
                ? LocalActionResult.Failed(fault)
                : LocalActionResult.Recorded();
        return SenderRewriting.OriginalIn(action.Maildrop) is { } original
            ? _returned.SendOn(action, original)
            : _lists.Expand(action);
    }
}
