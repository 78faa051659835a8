using System.Text;
using MailModule.Mailbox;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Engine.Mailboxes;

/// <summary>
/// A mailbox that the host has opened: its messages as they were then, by index. Reading goes on after the stop of the
/// engine. One thread at a time; waits for the disk. Disposing gives the lock back.
/// </summary>
public sealed class HostMailbox : IDisposable
{
    private readonly MailboxAccess _access;
    private readonly string _user;
    private readonly IMaildrop _maildrop;
    private readonly bool _isShared;
    private readonly HashSet<int> _deleted = [];
    private Stream? _content;
    private int _index = -1;
    private long _at;

    internal HostMailbox(MailboxAccess access, string user, IMaildrop maildrop, bool isShared)
    {
        _access = access;
        _user = user;
        _maildrop = maildrop;
        _isShared = isShared;
    }

    /// <summary>Messages that were there when it was opened; deleted ones keep their index.</summary>
    public int Count => _maildrop.Count;

    /// <summary>Octets with CRLF line ends of those that were not deleted here.</summary>
    public long TotalSize => _maildrop.TotalSize - _deleted.Sum(_maildrop.Size);

    /// <summary><see cref="Fault.NotFound"/>: there is no such index.</summary>
    /// <param name="message">Not null when the result is None.</param>
    public Fault Find(int index, out MailboxMessage? message)
    {
        message = null;
        if (!HasIndex(index))
            return NoIndex(index);
        MessageTraits traits = _maildrop.Traits(index);
        if (traits.Length < 0 && !_deleted.Contains(index) && Open(index) == Fault.None)
            traits = _maildrop.Traits(index);
        message = new MailboxMessage(
            UniqueId(index), traits.Received > 0 ? TimeOf(traits.Received) : null, _maildrop.Size(index),
            traits.Length, traits.Flags, _deleted.Contains(index));
        return Fault.None;
    }

    /// <summary>The index of a unique id; below 0 if no message has it.</summary>
    public int IndexOf(string uniqueId) => _maildrop.IndexOf(Encoding.UTF8.GetBytes(uniqueId));

    /// <summary>
    /// Reads a message at rest, lines with LF alone, from an offset on; none at its end. <see cref="Fault.NotFound"/>
    /// (the index; deleted, here or by another program), <see cref="Fault.Io"/>.
    /// </summary>
    public Fault Read(int index, long offset, Span<byte> buffer, out int count)
    {
        count = 0;
        Fault fault = CheckPresent(index);
        if (fault == Fault.None && (_content is null || _index != index || offset < _at))
            fault = Open(index);
        if (fault != Fault.None)
            return fault;
        try
        {
            Skip(offset, buffer);
            count = _at == offset ? _content!.Read(buffer) : 0;
            _at += count;
            return Fault.None;
        }
        catch (IOException e)
        {
            CloseContent();
            return FaultReason.Because(Fault.Io, ExceptionWords.Of(e));
        }
    }

    /// <summary>A message as a source that outlives this and the message. Faults as of <see cref="Read"/>.</summary>
    /// <param name="source">Not null when the result is None.</param>
    public Fault OpenSource(int index, out MessageSource? source)
    {
        source = null;
        Fault fault = CheckPresent(index);
        if (fault != Fault.None)
            return fault;
        fault = _maildrop.OpenMessage(index, out Stream content);
        if (fault != Fault.None)
            return Unopened(index, fault);
        try
        {
            using (content)
                return GatheredSource.Gather(content.Read, out source);
        }
        catch (IOException e)
        {
            return FaultReason.Because(Fault.Io, ExceptionWords.Of(e));
        }
    }

    /// <summary>
    /// Deletes messages, durably when the result is None: all of them, or none where an index is not there
    /// (<see cref="Fault.NotFound"/>). <see cref="Fault.State"/>: it was opened without its lock, or the engine was
    /// stopped. What is deleted already counts as deleted.
    /// </summary>
    /// <param name="failed">How many are there still, or may be after a crash.</param>
    public Fault Delete(ReadOnlySpan<int> indexes, out int failed)
    {
        failed = indexes.Length;
        if (_isShared)
            return FaultReason.Because(Fault.State, "the mailbox was opened with MM_MAILBOX_SHARED");
        HashSet<int> wanted = [];
        foreach (int index in indexes)
            if (!HasIndex(index))
                return NoIndex(index);
            else if (!_deleted.Contains(index))
                wanted.Add(index);
        failed = wanted.Count;
        if (wanted.Count == 0)
            return Fault.None;
        Fault fault = _access.Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            return Delete(wanted, out failed);
        }
        finally
        {
            _access.Leave();
        }
    }

    public void Dispose()
    {
        CloseContent();
        _maildrop.Dispose();
    }

    // As at QUIT: what is deleted does not come again, so the deliveries are made durable first.
    private Fault Delete(HashSet<int> wanted, out int failed)
    {
        failed = wanted.Count;
        if (wanted.Contains(_index))
            CloseContent();
        Fault fault = _access.MakeDurable(_maildrop.Home);
        if (fault == Fault.None)
            fault = _maildrop.Delete([.. wanted], out failed);
        _access.Log.Write(
            LogLevel.Info, "mailbox", $"{_user}: the host has deleted {wanted.Count - failed}, {failed} not");
        // Which of them failed is not told: they can all be deleted once more, and one that is gone is no failure.
        if (fault == Fault.None)
            _deleted.UnionWith(wanted);
        return fault;
    }

    private bool HasIndex(int index) => index >= 0 && index < _maildrop.Count;

    private static Fault NoIndex(int index)
        => FaultReason.Because(Fault.NotFound, $"the mailbox has no message with the index {index}");

    private Fault CheckPresent(int index)
    {
        if (!HasIndex(index))
            return NoIndex(index);
        return _deleted.Contains(index)
            ? FaultReason.Because(Fault.NotFound, $"the message with the index {index} was deleted")
            : Fault.None;
    }

    private Fault Open(int index)
    {
        CloseContent();
        Fault fault = _maildrop.OpenMessage(index, out Stream content);
        if (fault != Fault.None)
            return Unopened(index, fault);
        (_content, _index) = (content, index);
        return Fault.None;
    }

    private static Fault Unopened(int index, Fault fault) => fault == Fault.NotFound
        ? FaultReason.Because(fault, $"another program has deleted the message with the index {index}")
        : fault;

    // A message at rest is read from front to back.
    private void Skip(long offset, Span<byte> scratch)
    {
        while (_at < offset)
        {
            int count = _content!.Read(scratch[..(int)Math.Min(scratch.Length, offset - _at)]);
            if (count == 0)
                return;
            _at += count;
        }
    }

    private void CloseContent()
    {
        _content?.Dispose();
        (_content, _index, _at) = (null, -1, 0);
    }

    private string UniqueId(int index)
    {
        Span<byte> id = stackalloc byte[70];
        return Encoding.ASCII.GetString(id[.._maildrop.UniqueId(index, id)]);
    }

    // A name says what its owner likes.
    private static DateTimeOffset? TimeOf(long seconds)
        => seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
