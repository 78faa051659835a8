using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery.Local;

/// <summary>Mailboxes that only remember which messages they got.</summary>
internal sealed class RecordingStore : IMailStore
{
    /// <summary>Home and message.</summary>
    public HashSet<(string Home, string Id)> Delivered { get; } = [];

    public Func<Fault> Refusal { get; set; } = () => Fault.None;

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
    {
        Fault fault = Refusal();
        if (fault == Fault.None)
            Delivered.Add((home, messageId));
        return fault;
    }

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => Deliver(home, messageId, received, content, mayBeDuplicate: true);

    public Fault Sync() => Fault.None;

    public Fault Open(string home, out IMaildrop maildrop) => throw new NotSupportedException();
    public Fault Open(string home, string folder, out IMaildrop maildrop) => throw new NotSupportedException();

    public Fault OpenShared(string home, string folder, out IMaildrop maildrop) => throw new NotSupportedException();
    public Fault FindFolder(string home, string folder) => throw new NotSupportedException();
    public Fault ListFolders(string home, out IReadOnlyList<string> folders) => throw new NotSupportedException();
    public string UniqueIdOf(string messageId, DateTimeOffset received) => messageId;
}
