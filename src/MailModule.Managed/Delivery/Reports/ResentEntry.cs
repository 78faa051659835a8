using MailModule.Mail;
using MailModule.Spool;

namespace MailModule.Delivery.Reports;

/// <summary>
/// A message with another envelope than it has in the spool: what a DSN is about when a member of a list fails
/// before anything was sent.
/// </summary>
/// <param name="envelope">With the recipients that fail: an entry without any counts as gone.</param>
internal sealed class ResentEntry(ISpoolEntry from, Envelope envelope) : ISpoolEntry
{
    /// <summary>As it is in the spool.</summary>
    public ISpoolEntry From => from;

    public string Id => from.Id;
    public Envelope Envelope => envelope;
    public MessageContent Content => from.Content;
    public ReadOnlyMemory<byte> Note => default;
    public bool IsDone(int recipient) => false;
}
