using MailModule.Delivery.Reports;
using MailModule.Spool;

namespace MailModule.Delivery;

/// <summary>
/// A DSN that a local action wants written before its recipients are done. The action does not wait for it.
/// </summary>
/// <param name="about">The message, as the one who is told has sent it.</param>
/// <param name="recipients">One at least.</param>
internal sealed class OwedDsn(ISpoolEntry about, DsnKind kind, IReadOnlyList<DsnRecipient> recipients)
{
    public ISpoolEntry About => about;
    public DsnKind Kind => kind;
    public IReadOnlyList<DsnRecipient> Recipients => recipients;

    /// <summary>It is in the spool. Of the thread of local delivery.</summary>
    public bool IsDurable { get; set; }
}
