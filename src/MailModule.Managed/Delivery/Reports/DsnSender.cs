using System.Text;
using MailModule.Dns;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Delivery.Reports;

/// <summary>DSNs as messages in the spool: decides which sender is told what, and has a worker write it.</summary>
internal sealed class DsnSender(DsnDependencies dependencies) : IDsnSender
{
    /// <summary>
    /// DSNs at once whose text is being written; what waits for the disk after that is not among them.
    /// </summary>
    private const int WritersLimit = 16;

    private readonly JobLine _writers = new(dependencies.Workers, WritersLimit);

    public void Send(
        ISpoolEntry original, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
        => Send(original, WantedOf(kind, recipients), committed);

    /// <summary>Writes one DSN about recipients who want it, each with its <see cref="DsnRecipient.Kind"/>.</summary>
    public void Send(ISpoolEntry original, IReadOnlyList<DsnRecipient> wanted, Action<Fault> committed)
    {
        if (wanted.Count == 0 || !TryFindSender(original, wanted, out Recipient? sender))
        {
            committed(Fault.None);
            return;
        }
        var dsn = new Dsn(original, wanted, sender!, NameFor(dependencies.HostName()), dependencies.Time.GetUtcNow());
        _writers.Run(new DsnJob(dsn, dependencies, committed));
    }

    public string? WhyUntold(ISpoolEntry original, DsnKind kind, Recipient recipient)
    {
        if (WhyUnwanted(original, kind, recipient) is { } reason)
            return reason;
        MailAddress sender = original.Envelope.ReversePath;
        RelayVerdict verdict = dependencies.VerdictOf(sender);
        return verdict.IsAccepted ? null : $"its sender {sender} {verdict.Reason}";
    }

    /// <summary>As <see cref="WhyUntold"/>, with no regard to who the sender is.</summary>
    public static string? WhyUnwanted(ISpoolEntry original, DsnKind kind, Recipient recipient)
    {
        if (!IsWanted(kind, recipient.Notify))
            return "its sender wants no report of it";
        // RFC 3461 §5.2, RFC 5321 §4.5.5: never to the null reverse-path, which every DSN has
        return original.Envelope.ReversePath.IsNull ? "it has no sender to tell" : null;
    }

    /// <summary>Those whose NOTIFY asks for a DSN of this kind.</summary>
    public static List<DsnRecipient> WantedOf(DsnKind kind, IReadOnlyList<DsnRecipient> recipients)
        => [.. recipients.Where(recipient => IsWanted(kind, recipient.Recipient.Notify))
            .Select(recipient => recipient with { Kind = kind })];

    /// <summary>RFC 3461 §4.1, §5.2: what a sender wants to hear of; failures and delays if he did not say.</summary>
    public static bool IsWanted(DsnKind kind, Notify notify) => kind switch
    {
        DsnKind.Failed => notify == Notify.Default || notify.HasFlag(Notify.Failure),
        DsnKind.Delayed => notify == Notify.Default || notify.HasFlag(Notify.Delay),
        _ => notify.HasFlag(Notify.Success),
    };

    private bool TryFindSender(ISpoolEntry original, IReadOnlyList<DsnRecipient> told, out Recipient? sender)
    {
        MailAddress address = original.Envelope.ReversePath;
        sender = null;
        // RFC 3461 §5.2, RFC 5321 §4.5.5: never to the null reverse-path, which every DSN has
        if (address.IsNull)
        {
            if (told[0].Kind == DsnKind.Failed)
                dependencies.Log.Write(LogLevel.Warning, "report", $"{original.Id} failed and has no sender to tell");
            return false;
        }
        RelayVerdict verdict = dependencies.VerdictOf(address);
        if (!verdict.IsAccepted)
        {
            dependencies.Log.Write(
                LogLevel.Warning, "report",
                $"{original.Id}: its sender {address} is no user here, so that nobody can be told");
            return false;
        }
        sender = new Recipient(address, verdict.Maildrop);
        return true;
    }

    // A DSN's fields are ASCII whatever our name is.
    private static string NameFor(string host)
        => !Ascii.IsValid(host) && DnsName.TryNormalize(host, out string name) ? name : host;
}
