using MailModule.Delivery.Queue;
using MailModule.Engine.Control;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What an <c>mm_queue_cursor</c> stands for: ids of one moment, and the message it stands on. The lock is for hosts
/// that use it from two threads all the same.
/// </summary>
internal sealed class QueueCursor
{
    private readonly Lock _lock = new();
    private readonly IMailQueue _queue;
    private readonly IDisposable? _connection;
    private readonly IReadOnlyList<string> _ids;
    private readonly List<nint> _memory = [];
    private int _next;
    private QueuedMessageView? _message;
    private nint[] _recipients = [];
    private Stream? _content;
    private bool _isClosed;

    private QueueCursor(IMailQueue queue, IReadOnlyList<string> ids, IDisposable? connection = null)
    {
        _queue = queue;
        _connection = connection;
        _ids = ids;
        Address = HandleTable.Add(this);
    }

    public nint Address { get; }

    /// <param name="id">Null: all.</param>
    public static Fault Open(IMailQueue queue, string? id, out nint handle)
    {
        handle = 0;
        if (id is not null && queue.Find(id, out _) is var fault && fault != Fault.None)
            return fault;
        handle = new QueueCursor(queue, id is null ? queue.List() : [id]).Address;
        return handle == 0 ? HandleTable.TooMany : Fault.None;
    }

    /// <summary>A walk over another process's queue, by a connection that it closes at its end.</summary>
    /// <param name="id">Null: all.</param>
    public static Fault Open(ControlClient queue, string? id, out nint handle)
    {
        handle = 0;
        IReadOnlyList<string> ids = [id ?? ""];
        var fault = id is null ? queue.TryList(out ids) : queue.Find(id, out _);
        if (fault == Fault.None)
            handle = new QueueCursor(queue, ids, queue).Address;
        if (handle != 0)
            return Fault.None;
        queue.Dispose();
        return fault != Fault.None ? fault : HandleTable.TooMany;
    }

    /// <summary>To the next message that is still there.</summary>
    /// <param name="place">A checked <c>mm_queue_message</c>, which at the end gets nothing but zeros.</param>
    public Fault Next(nint place)
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has closed the walk");
            Leave();
            while (_message is null && _next < _ids.Count)
                if (_queue.Find(_ids[_next++], out _message) is var fault and not (Fault.None or Fault.NotFound))
                    return fault;
            if (_message is null)
                Layout.Write(place, default(QueueMessageLayout));
            else
                Write(_message, place);
            return Fault.None;
        }
    }

    /// <param name="place">A checked <c>mm_queue_recipient</c>.</param>
    public Fault Recipient(int number, nint place)
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has closed the walk");
            if (_message is null)
                return FaultReason.Because(Fault.State, "the walk stands on no message");
            if (number < 0 || number >= _message.Recipients.Count)
                return FaultReason.Because(Fault.Argument, $"there is no recipient {number}");
            Write(_message.Recipients[number], number, place);
            return Fault.None;
        }
    }

    public Fault Read(Span<byte> buffer, out int count)
    {
        count = 0;
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has closed the walk");
            if (_message is null)
                return FaultReason.Because(Fault.State, "the walk stands on no message");
            if (_content is null && _queue.OpenContent(_message.Id, out _content) is var fault && fault != Fault.None)
                return fault;
            return Read(_content!, buffer, out count);
        }
    }

    public Fault Close()
    {
        lock (_lock)
        {
            if (_isClosed)
                return FaultReason.Because(Fault.Handle, "another thread has closed the walk");
            _isClosed = true;
            HandleTable.Remove(Address);
            Leave();
            _connection?.Dispose();
            return Fault.None;
        }
    }

    // An exception is how a stream says it: here it becomes a value again.
    private Fault Read(Stream content, Span<byte> buffer, out int count)
    {
        try
        {
            count = content.Read(buffer);
            return Fault.None;
        }
        catch (IOException e)
        {
            count = 0;
            Fault fault = _queue.Find(_message!.Id, out _);
            return fault == Fault.None ? FaultReason.Because(Fault.Io, ExceptionWords.Of(e)) : fault;
        }
    }

    private void Leave()
    {
        _content?.Dispose();
        _content = null;
        _message = null;
        _recipients = [];
        foreach (nint memory in _memory)
            Text.Free(memory);
        _memory.Clear();
    }

    private void Write(QueuedMessageView message, nint place)
    {
        Span<nint> texts = stackalloc nint[2];
        _memory.Add(TextBlock.Allocate([message.Id, message.ReversePath.Text], texts));
        Layout.Write(place, new QueueMessageLayout
        {
            Received = Times.Of(message.Received),
            Expires = Times.Of(message.Expires),
            Length = message.Length,
            Id = texts[0],
            Sender = texts[1],
            Recipients = message.Recipients.Count,
            Open = message.Recipients.Count(recipient => recipient.State != QueueState.Done),
        });
    }

    private void Write(QueuedRecipientView recipient, int number, nint place)
    {
        var texts = TextsOf(recipient, number);
        var result = recipient.Result;
        Layout.Write(place, new QueueRecipientLayout
        {
            LastAttempt = Times.Of(recipient.LastAttempt),
            NextAttempt = Times.Of(recipient.NextAttempt),
            Address = texts[0],
            Status = texts[1],
            Reply = texts[2],
            Host = texts[3],
            State = (int)recipient.State,
            Error = -(int)(result?.Fault ?? Fault.None),
            ReplyCode = result?.ReplyCode ?? 0,
            Attempts = recipient.Attempts,
        });
    }

    /// <summary>Copied once, however often the host asks.</summary>
    private ReadOnlySpan<nint> TextsOf(QueuedRecipientView recipient, int number)
    {
        const int Each = 4;
        if (_recipients.Length == 0)
            _recipients = new nint[_message!.Recipients.Count * Each];
        var texts = _recipients.AsSpan(number * Each, Each);
        var result = recipient.Result;
        if (texts[0] == 0)
            _memory.Add(TextBlock.Allocate(
                [recipient.Address.Text, result?.Status, result?.Text, result?.SaidBy], texts));
        return texts;
    }
}
