using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;

namespace MailModule.Tests.Delivery;

/// <summary>Mailboxes that only remember what was asked of them; homes in <see cref="Broken"/> refuse.</summary>
internal sealed class MemoryStore(List<string> events) : IMailStore
{
    public HashSet<string> Broken { get; } = [];
    public Fault BrokenBy { get; set; } = Fault.Full;
    public bool Throws { get; set; }
    public Fault SyncFault { get; set; }

    /// <summary>Called at the beginning of each delivery, before the lock on <see cref="Broken"/> is taken.</summary>
    public Action? OnDeliver { get; set; }

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
    {
        bool broken;
        OnDeliver?.Invoke();
        lock (Broken)
            broken = Broken.Contains(home);
        lock (events)
            events.Add($"{(broken ? "fail" : "deliver")} {messageId} {home}{(mayBeDuplicate ? " again" : "")}");
        if (broken && Throws)
            throw new InvalidOperationException("broken");
        return broken ? BrokenBy : Fault.None;
    }

    public Fault Sync()
    {
        lock (events)
            events.Add("sync");
        return SyncFault;
    }

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => Deliver($"{home}/{folder}", messageId, received, content, mayBeDuplicate: true);

    public Fault Open(string home, out IMaildrop maildrop) => throw new NotSupportedException();
    public Fault Open(string home, string folder, out IMaildrop maildrop) => throw new NotSupportedException();

    public Fault OpenShared(string home, string folder, out IMaildrop maildrop) => throw new NotSupportedException();
    public Fault FindFolder(string home, string folder) => throw new NotSupportedException();
    public Fault ListFolders(string home, out IReadOnlyList<string> folders) => throw new NotSupportedException();
    public string UniqueIdOf(string messageId, DateTimeOffset received) => messageId;
}
