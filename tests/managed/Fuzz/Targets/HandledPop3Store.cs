using MailModule.Mail;
using MailModule.Mailbox;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Pop3.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>The module's own mailboxes over memory: POP3 reads and deletes, and nothing else happens.</summary>
internal sealed class HandledPop3Store : IMailStore
{
    private static readonly string[] s_texts = ["Subject: own\n\n.\n..b\n", "x"];
    private readonly List<MemoryMaildrop> _opened = [];

    /// <summary>Maildrops that were not given back.</summary>
    public int Open => _opened.Count(static one => one.IsOpen);

    public Fault Deliver(
        string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate)
        => throw new NotSupportedException();

    public Fault DeliverInto(
        string home, string folder, string messageId, DateTimeOffset received, MessageContent content)
        => throw new NotSupportedException();

    public Fault Sync() => Fault.None;

    Fault IMailStore.Open(string home, out IMaildrop maildrop)
    {
        _opened.Add(new MemoryMaildrop(s_texts));
        maildrop = _opened[^1];
        return Fault.None;
    }

    Fault IMailStore.Open(string home, string folder, out IMaildrop maildrop)
        => ((IMailStore)this).Open(home, out maildrop);

    public Fault OpenShared(string home, string folder, out IMaildrop maildrop) => throw new NotSupportedException();

    public Fault FindFolder(string home, string folder) => Fault.None;

    public Fault ListFolders(string home, out IReadOnlyList<string> folders) => throw new NotSupportedException();

    public string UniqueIdOf(string messageId, DateTimeOffset received) => throw new NotSupportedException();
}

/// <summary>A spool in which nothing waits.</summary>
internal sealed class HandledPop3Spool : ISpool
{
    public Fault TryBegin(Envelope envelope, long expectedLength, out ISpoolWriter writer)
        => throw new NotSupportedException();

    public Fault Flush() => Fault.None;

    public void Start(ISpoolConsumer? local, ISpoolConsumer? remote)
    {
    }

    public void GiveBack(ISpoolConsumer consumer, ISpoolEntry entry, DateTimeOffset notBefore)
        => throw new NotSupportedException();

    public void MarkDone(ISpoolEntry entry, ReadOnlySpan<int> recipients, bool soon = false)
        => throw new NotSupportedException();

    public void Annotate(ISpoolEntry entry, ReadOnlyMemory<byte> note) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
