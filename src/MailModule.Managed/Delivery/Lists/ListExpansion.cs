using MailModule.Delivery.Reports;
using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Lists;

/// <summary>
/// Sends a message for a list or an alias on to its members (RFC 5321 §3.9). Blocks: workers only.
/// </summary>
/// <remarks>
/// Invariant: the list's recipient is done only after the messages for all members are durable. A crash between repeats
/// the expansion: members may then get the message twice, none is left out. What fails without a crash goes on where it
/// ended. So it is with the DSNs, which are written when all members have the message.
/// </remarks>
internal sealed class ListExpansion(Resender resender, DsnDrafts dsns, Func<RelayPolicy> policy, Log log)
{
    /// <summary>Recipients of one message in the spool.</summary>
    public const int RecipientLimit = 1000;

    private readonly MemberFiles _files = new(log);

    /// <summary>What an attempt that failed had done already.</summary>
    private sealed class Progress
    {
        public readonly HashSet<MailAddress> Sent = [];
    }

    public LocalActionResult Expand(LocalAction action)
    {
        RelayPolicy rules = policy();
        MailingList? list = rules.Lists.Find(MailingList.NameIn(action.Maildrop)!);
        if (list is null)
            return LocalActionResult.Failed(Fault.NotFound);
        using (Stream message = action.Entry.Content.OpenRead())
            if (IsLoop(MessageHeader.Read(message), list, rules))
                return ReturnAsLoop(action, list);
        // RFC 5321 §4.5.5: what comes from the null path is a DSN or an answer made by a machine. Sent to all, it
        // would be answered by the same machines.
        return list.Owner is not null && action.Entry.Envelope.ReversePath.IsNull
            ? SendToOwner(action, list, rules)
            : SendToMembers(action, list, rules);
    }

    private static bool IsLoop(MessageHeader header, MailingList list, RelayPolicy rules)
        => header.Hops > Resender.HopLimit
            || header.DeliveredTo().Any(address => rules.Lists.Find(address)?.Maildrop == list.Maildrop);

    private LocalActionResult ReturnAsLoop(LocalAction action, MailingList list)
    {
        log.Write(LogLevel.Warning, "lists", $"{action.Entry.Id}: {list.Address} has had this message before");
        return dsns.Fail(action, "5.4.6", $"Mail loop: the message has come to {list.Address} before", []);
    }

    private LocalActionResult SendToOwner(LocalAction action, MailingList list, RelayPolicy rules)
    {
        RelayVerdict verdict = rules.CheckRecipient(list.Owner!, mayRelay: true);
        if (!verdict.IsAccepted)
            return LocalActionResult.ThrownAway(action,
                _ => $"it has no sender, and {list.Owner}, the owner of {list.Address}, {verdict.Reason}",
                LogLevel.Warning, log);
        Envelope envelope = resender.NewEnvelope(action.Entry.Envelope, MailAddress.Null);
        envelope.Recipients.Add(Placed(action, new Recipient(list.Owner!, verdict.Maildrop)));
        Fault fault = resender.Send(envelope, action.Entry.Content, action.Entry.Id, list.Address, list: null);
        return fault == Fault.None ? LocalActionResult.SentOn([list.Owner!]) : LocalActionResult.Failed(fault);
    }

    private LocalActionResult SendToMembers(LocalAction action, MailingList list, RelayPolicy rules)
    {
        var members = new ListMembers(rules, _files);
        Fault fault = members.Gather(list);
        if (fault != Fault.None)
        {
            log.Write(LogLevel.Error, "lists", $"{list.Address}: {members.Missing} cannot be read");
            return LocalActionResult.Failed(Fault.Io);
        }
        var progress = action.Progress as Progress ?? new Progress();
        action.Progress = progress;
        // A file may have been emptied between two attempts.
        if (members.Found.Count == 0 && progress.Sent.Count == 0)
            return ReturnUnsent(action, list, members);
        fault = Send(action, list, members, progress, rules);
        if (fault != Fault.None)
            return LocalActionResult.Failed(fault);
        if (log.IsEnabled(LogLevel.Info))
            log.Write(LogLevel.Info, "lists",
                $"{action.Entry.Id}: {list.Address} sent on to {members.Found.Count} members");
        return LocalActionResult.SentOn(
            progress.Sent, [.. UnknownOf(action, list, members), .. SuccessOf(action, list, members)]);
    }

    // Nobody gets it. The sender of a message for an alias may have been told already, of each member that is nobody.
    private LocalActionResult ReturnUnsent(LocalAction action, MailingList list, ListMembers members)
    {
        IReadOnlyList<OwedDsn> unknown = UnknownOf(action, list, members);
        if (list.Owner is null && unknown.Count > 0)
            return LocalActionResult.Reported(unknown);
        log.Write(LogLevel.Warning, "lists", $"{action.Entry.Id}: {list.Address} leads to nobody");
        if (members.HasCircle && members.Unknown.Count == 0)
            return dsns.Fail(action, "5.4.6", $"Mail loop: {list.Address} leads to itself alone", unknown);
        // RFC 3463 §3.3: X.2.4, a mailing list that cannot be expanded
        return dsns.Fail(action, "5.2.4", $"{list.Address} has no members to send the message on to", unknown);
    }

    // RFC 3461 §5.2.7.1: a list is where a message ends, §5.2.7.3 (c): an alias with several targets is not
    private IReadOnlyList<OwedDsn> SuccessOf(LocalAction action, MailingList list, ListMembers members)
    {
        if (list.Owner is not null)
            return dsns.OfSuccess(action, DsnKind.Delivered, "Sent on to the members");
        bool isAlone = members.Found.Count + members.Unknown.Count == 1;
        return isAlone ? [] : dsns.OfSuccess(action, DsnKind.Expanded, "Sent on to the members");
    }

    private IReadOnlyList<OwedDsn> UnknownOf(LocalAction action, MailingList list, ListMembers members)
    {
        Envelope envelope = NewEnvelope(action, list, SenderOf(action, list));
        envelope.Recipients.AddRange(
            members.Unknown.Select(member => NewRecipient(action, list, member, null, isOnly: false)));
        return dsns.OfFailure(
            new ResentEntry(action.Entry, envelope), envelope.Recipients, "5.1.1",
            $"No such user here (a member of {list.Address})");
    }

    private Fault Send(
        LocalAction action, MailingList list, ListMembers members, Progress progress, RelayPolicy rules)
    {
        bool isAlone = members.Found.Count + members.Unknown.Count == 1;
        foreach ((MailAddress Address, string? Maildrop)[] part
            in Parts(members.Found.Where(member => !progress.Sent.Contains(member.Address)), rules))
        {
            bool leaves = part.Any(member => member.Maildrop is null);
            Envelope envelope = NewEnvelope(action, list, rules.SenderOf(SenderOf(action, list), leaves));
            envelope.Recipients.AddRange(
                part.Select(member => NewRecipient(action, list, member.Address, member.Maildrop, isAlone)));
            Fault fault = resender.Send(
                envelope, action.Entry.Content, action.Entry.Id, list.Address,
                list.Owner is null ? null : list.Address);
            if (fault != Fault.None)
                return fault;
            progress.Sent.UnionWith(part.Select(member => member.Address));
        }
        return Fault.None;
    }

    // Members here see the sender as it was, where those elsewhere need another.
    private static IEnumerable<(MailAddress Address, string? Maildrop)[]> Parts(
        IEnumerable<(MailAddress Address, string? Maildrop)> members, RelayPolicy rules)
        => rules.Rewriting is null
            ? members.Chunk(RecipientLimit)
            : members.GroupBy(member => member.Maildrop is null).SelectMany(group => group.Chunk(RecipientLimit));

    // RFC 5321 §3.9.2: failures of a list go to whoever looks after it; §3.9.1: an alias changes nothing but the
    // recipients
    private static MailAddress SenderOf(LocalAction action, MailingList list)
        => list.Owner ?? action.Entry.Envelope.ReversePath;

    private Envelope NewEnvelope(LocalAction action, MailingList list, MailAddress sender)
    {
        Envelope old = action.Entry.Envelope;
        Envelope envelope = resender.NewEnvelope(old, sender);
        if (list.Owner is not null)
            return envelope;
        envelope.Return = old.Return;
        envelope.EnvelopeId = old.EnvelopeId;
        envelope.Submitter = old.Submitter;
        return envelope;
    }

    // RFC 3461 §5.2.7.1 (b): what a sender wished for does not go on through a list
    private static Recipient NewRecipient(
        LocalAction action, MailingList list, MailAddress member, string? maildrop, bool isOnly)
        => Placed(action, list.Owner is not null
            ? new Recipient(member, maildrop)
            : DsnRequests.PassedOn(action.FirstRecipient, member, maildrop, isOnly));

    private static Recipient Placed(LocalAction action, Recipient recipient)
        => action.Folder is { } folder ? FolderMaildrop.Into(recipient, folder) : recipient;
}
