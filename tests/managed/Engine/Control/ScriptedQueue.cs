using MailModule.Delivery.Queue;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Engine.Control;

/// <summary>A queue with one message, that notes what is asked of it.</summary>
internal sealed class ScriptedQueue : IMailQueue
{
    public const string Id = "0123456789abc";
    public static readonly byte[] Content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7))];

    private readonly List<string> _asked = [];

    public int Messages { get; init; } = 1;

    public int Recipients { get; init; } = 2;

    public string Asked
    {
        get
        {
            lock (_asked)
                return string.Join(' ', _asked);
        }
    }

    public QueueCounts Counts => new(1, 2, 3, 4, 5, 6, 7, 8);

    public IReadOnlyList<string> List() => [.. Enumerable.Range(0, Messages).Select(i => i == 0 ? Id : $"{Id}{i}")];

    public Fault Find(string id, out QueuedMessageView? message)
    {
        message = null;
        if (id != Id)
            return FaultReason.Because(Fault.NotFound, "no such message");
        AttemptResult result = AttemptResult.Kept(
            AttemptResultKind.Deferred, Fault.RefusedTemporary, 451, "4.7.1", "451 4.7.1 later", "mx.example", null);
        message = new QueuedMessageView(
            Id, Address("ann@example.org"), Time(1), Time(2), 1234,
            [.. Enumerable.Range(0, Recipients).Select(i => Recipient(i, result))]);
        return Fault.None;
    }

    public Fault OpenContent(string id, out Stream? content)
    {
        content = id == Id ? new MemoryStream(Content) : null;
        return id == Id ? Fault.None : Fault.NotFound;
    }

    public Fault Retry(string? id) => Note($"retry:{id}");

    public Fault Hold(string? id) => Note($"hold:{id}");

    public Fault Release(string? id) => Note($"release:{id}");

    public Fault Remove(string? id) => Note($"remove:{id}");

    public Fault Redirect(string id, MailAddress? recipient, MailAddress target, out string newId)
    {
        newId = "new";
        return Note($"redirect:{id},{recipient?.Text},{target.Text}");
    }

    public void SetListener(Action<QueueEvent>? listener)
    {
    }

    private Fault Note(string what)
    {
        lock (_asked)
            _asked.Add(what);
        return Fault.None;
    }

    private static QueuedRecipientView Recipient(int i, AttemptResult result) => i % 2 == 0
        ? new(i, Address("bert@example.net"), QueueState.Deferred, 3, Time(3), Time(4), result)
        : new(i, Address("carl@example.net"), QueueState.Ready, 0, null, null, null);

    private static MailAddress Address(string text)
        => MailAddress.TryParse(text, out MailAddress address) ? address : throw new FormatException(text);

    private static DateTimeOffset Time(int day) => DateTimeOffset.UnixEpoch.AddDays(20_000 + day);
}
