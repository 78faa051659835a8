using MailModule.Delivery.Redistribution;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Lists;

/// <summary>
/// Sends a message for a list or an alias on to its members (RFC 5321 §3.9). Blocks: workers only.
/// </summary>
/// <remarks>
/// Invariant: the list's recipient is done only after the messages for all members are durable. A crash between repeats the expansion: members may then get the message
/// twice, none is left out. What fails without a crash goes on where it ended.
/// </remarks>
internal sealed class ListExpansion(Redistributor redistributor, ReportsNow reports, Func<RelayPolicy> policy, Log log)
{
    /// <summary>Recipients of one message in the spool.</summary>
    public const int RecipientLimit = 1000;

    private readonly MemberFiles _files = new(log);

    /// <summary>What an attempt that failed had done already.</summary>
    private sealed class Progress
    {
        public readonly HashSet<MailAddress> Sent = [];
        public bool IsReported;
    }

    public DetourEnd Take(Detour detour)
    {
        RelayPolicy rules = policy();
        MailingList? list = rules.Lists.Find(MailingList.NameIn(detour.Maildrop)!);
        if (list is null)
            return DetourEnd.Failed(Fault.NotFound);
        using (Stream text = detour.Entry.Content.OpenRead())
            if (IsLoop(MessageHeader.Read(text), list, rules))
                return EndLoop(detour, list);
        // RFC 5321 §4.5.5: what comes from the null path is a report or an answer made by a machine. Sent to all, it would be answered by the same machines.
        return list.Owner is not null && detour.Entry.Envelope.ReversePath.IsNull ? SendToOwner(detour, list, rules) : SendToMembers(detour, list, rules);
    }

    private static bool IsLoop(MessageHeader header, MailingList list, RelayPolicy rules)
        => header.Hops > Redistributor.HopLimit || header.DeliveredTo().Any(address => rules.Lists.Find(address)?.Maildrop == list.Maildrop);

    private DetourEnd EndLoop(Detour detour, MailingList list)
    {
        log.Write(LogLevel.Warning, "lists", $"{detour.Entry.Id}: {list.Address} has had this message before; returned");
        Fault fault = reports.Send(detour.Entry, ReportKind.Failed, RecipientsOf(detour), "5.4.6", $"Mail loop: the message has come to {list.Address} before");
        return fault == Fault.None ? DetourEnd.Nowhere : DetourEnd.Failed(fault);
    }

    private DetourEnd SendToOwner(Detour detour, MailingList list, RelayPolicy rules)
    {
        RelayVerdict verdict = rules.CheckRecipient(list.Owner!, mayRelay: true);
        if (!verdict.IsAccepted)
        {
            log.Write(LogLevel.Warning, "lists", $"{detour.Entry.Id}: {list.Owner}, the owner of {list.Address}, is nobody here; a message without a sender is dropped");
            return DetourEnd.Nowhere;
        }
        Envelope envelope = redistributor.NewEnvelope(detour.Entry.Envelope, MailAddress.Null);
        envelope.Recipients.Add(new Recipient(list.Owner!, verdict.Maildrop));
        Fault fault = redistributor.Send(envelope, detour.Entry.Content, detour.Entry.Id, list.Address, list: null);
        return fault == Fault.None ? DetourEnd.Nowhere : DetourEnd.Failed(fault);
    }

    private DetourEnd SendToMembers(Detour detour, MailingList list, RelayPolicy rules)
    {
        var members = new ListMembers(rules, _files);
        Fault fault = members.Gather(list);
        if (fault != Fault.None)
        {
            log.Write(LogLevel.Error, "lists", $"{list.Address}: {members.Missing} cannot be read");
            return DetourEnd.Failed(fault);
        }
        var progress = detour.Progress as Progress ?? new Progress();
        detour.Progress = progress;
        fault = Report(detour, list, members, progress);
        if (fault == Fault.None)
            fault = Send(detour, list, members, progress);
        if (fault == Fault.None && log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "lists", $"{detour.Entry.Id}: {list.Address} sent on to {members.Found.Count} members");
        return fault == Fault.None ? DetourEnd.Nowhere : DetourEnd.Failed(fault);
    }

    // Before the members' messages, for a report that cannot be written must not send those twice.
    private Fault Report(Detour detour, MailingList list, ListMembers members, Progress progress)
    {
        if (progress.IsReported)
            return Fault.None;
        Envelope envelope = NewEnvelope(detour, list);
        Fault fault = reports.Send(new RedistributedEntry(detour.Entry, envelope), ReportKind.Failed,
            members.Unknown.Select(member => NewRecipient(detour, list, member, null, isOnly: false)), "5.1.1", $"No such user here (a member of {list.Address})");
        bool isAlone = members.Found.Count + members.Unknown.Count == 1;
        // RFC 3461 §5.2.7.3: a list is where a message ends, §5.2.7.2 (c): an alias with several targets is not
        if (fault == Fault.None && (list.Owner is not null || !isAlone))
            fault = reports.Send(detour.Entry, list.Owner is null ? ReportKind.Expanded : ReportKind.Delivered,
                RecipientsOf(detour).Where(recipient => recipient.Notify.HasFlag(Notify.Success)), "2.0.0", "Sent on to the members");
        progress.IsReported = fault == Fault.None;
        return fault;
    }

    private Fault Send(Detour detour, MailingList list, ListMembers members, Progress progress)
    {
        bool isAlone = members.Found.Count + members.Unknown.Count == 1;
        foreach ((MailAddress Address, string? Maildrop)[] part in members.Found.Where(member => !progress.Sent.Contains(member.Address)).Chunk(RecipientLimit))
        {
            Envelope envelope = NewEnvelope(detour, list);
            envelope.Recipients.AddRange(part.Select(member => NewRecipient(detour, list, member.Address, member.Maildrop, isAlone)));
            Fault fault = redistributor.Send(envelope, detour.Entry.Content, detour.Entry.Id, list.Address, list.Owner is null ? null : list.Address);
            if (fault != Fault.None)
                return fault;
            progress.Sent.UnionWith(part.Select(member => member.Address));
        }
        return Fault.None;
    }

    private Envelope NewEnvelope(Detour detour, MailingList list)
    {
        Envelope old = detour.Entry.Envelope;
        // RFC 5321 §3.9.2: failures of a list go to whoever looks after it; §3.9.1: an alias changes nothing but the recipients
        Envelope envelope = redistributor.NewEnvelope(old, list.Owner ?? old.ReversePath);
        if (list.Owner is not null)
            return envelope;
        envelope.Return = old.Return;
        envelope.EnvelopeId = old.EnvelopeId;
        return envelope;
    }

    // RFC 3461 §5.2.7.3 (b): what a sender wished for does not go on through a list
    private static Recipient NewRecipient(Detour detour, MailingList list, MailAddress member, string? maildrop, bool isOnly)
        => list.Owner is not null ? new Recipient(member, maildrop) : ReportWishes.PassedOn(detour.FirstRecipient, member, maildrop, isOnly);

    private static IEnumerable<Recipient> RecipientsOf(Detour detour) => detour.Recipients.Select(index => detour.Entry.Envelope.Recipients[index]);
}
