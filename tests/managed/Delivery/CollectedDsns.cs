using MailModule.Delivery.Reports;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Tests.Delivery;

/// <summary>DSNs that are only collected: "kind to sender: recipient status".</summary>
internal sealed class CollectedDsns : IDsnSender
{
    private readonly List<string> _sent = [];

    public Fault Fault { get; set; }

    public IReadOnlyList<string> Sent
    {
        get
        {
            lock (_sent)
                return [.. _sent];
        }
    }

    public void Send(ISpoolEntry about, DsnKind kind, IReadOnlyList<DsnRecipient> recipients, Action<Fault> committed)
    {
        if (Fault == Fault.None)
            lock (_sent)
                _sent.AddRange(recipients.Select(
                    one => $"{kind} to <{about.Envelope.ReversePath}>: {one.Recipient.Address} {one.Result.Status}"));
        committed(Fault);
    }
}
