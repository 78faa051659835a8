using System.Buffers;
using System.Buffers.Binary;
using MailModule.Lines;
using MailModule.Mailbox;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// Answers to the RETRs that will come next, read ahead: a client that fetches message after message is answered on the
/// session's own thread, without a worker in between. The more it has fetched in order, the more is read at once.
/// </summary>
/// <remarks>
/// A worker reads while the session waits, the session's owner writes from it; any thread may withdraw the buffer once
/// what is in it is stale. What was read is good for a second only: then another program may have deleted or moved the
/// message, and the file decides. A message that is large or cannot be read is not read ahead; it is served the
/// ordinary way, which finds it again or says why not.
/// </remarks>
internal sealed class RetrReadAhead(ReadAheadBuffers buffers, TimeProvider? clock = null)
{
    private const int BatchLimit = 64;
    private const int MessageSizeLimit = 16 * 1024;
    private const int LengthSize = sizeof(int);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadTimeLimit = TimeSpan.FromMilliseconds(4);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private byte[]? _octets;
    private int _from, _end, _first, _count;
    private long _filledAt;
    private bool _isAwaited;
    private int _expected = -1;
    private int _batchSize = 1;

    /// <summary>Writes the whole answer if it is here.</summary>
    public bool TryWrite(int index, Output output)
    {
        byte[]? done;
        bool isHere;
        lock (_lock)
        {
            isHere = IsFresh && SkipTo(index);
            if (isHere)
                output.Write(Next());
            _isAwaited = false;
            done = isHere && _count > 0 ? null : Detach();
        }
        Return(done);
        return isHere;
    }

    /// <summary>Reads one message and those after it, as far as buffer and a short time reach; false if that is not
    /// worth while or cannot be, and then the message is served the ordinary way. Blocks: workers only, while the
    /// session waits.</summary>
    public bool ReadFrom(IMaildrop maildrop, int index)
    {
        Clear();
        _batchSize = index == _expected ? Math.Min(_batchSize * 2, BatchLimit) : 1;
        _expected = index + 1;
        if (_batchSize == 1 || maildrop.Size(index) > MessageSizeLimit || buffers.Rent(this) is not { } octets)
            return false;
        byte[] text = ArrayPool<byte>.Shared.Rent(MessageSizeLimit + 1);
        (_from, _end, _first, _count) = (0, 0, index, 0);
        int beyond = Math.Min(maildrop.Count, index + _batchSize);
        long began = _clock.GetTimestamp();
        for (int next = index; next < beyond && Add(maildrop, next, text, octets); next++)
            if (_clock.GetElapsedTime(began) > ReadTimeLimit)
                break;
        maildrop.EndReading();
        ArrayPool<byte>.Shared.Return(text);
        return Publish(octets);
    }

    /// <summary>Returns the buffer.</summary>
    public void Clear()
    {
        byte[]? octets;
        lock (_lock)
            octets = Detach();
        Return(octets);
    }

    /// <summary>
    /// For <see cref="ReadAheadBuffers"/>: the buffer, no longer ours, unless its content may still be asked for.
    /// </summary>
    internal byte[]? DetachIfStale()
    {
        lock (_lock)
            return _octets is null || IsFresh ? null : Detach();
    }

    // The answer that the session waits for at this moment is fresh however long the worker took.
    private bool IsFresh => _octets is not null && (_isAwaited || _clock.GetElapsedTime(_filledAt) <= FreshFor);

    private bool Add(IMaildrop maildrop, int index, byte[] content, byte[] octets)
    {
        if (maildrop.Size(index) > MessageSizeLimit
            || maildrop.ReadMessage(index, content, out int length) != Fault.None || length > MessageSizeLimit)
            return false;
        int at = _end + LengthSize;
        if (octets.Length - at < Pop3Replies.MessageFollowsRoom)
            return false;
        at += Pop3Replies.MessageFollows(octets.AsSpan(at), maildrop.Size(index));
        DotWriter dots = MessageTransfer.NewDotWriter();
        dots.Write(content.AsSpan(0, length), octets.AsSpan(at), out int consumed, out int written);
        at += written;
        if (consumed < length || octets.Length - at < DotWriter.FinishRoom)
            return false;
        int end = dots.Finish(octets.AsSpan(at));
        at += end;
        // Another program has changed the file: the ordinary way tells its new size, when it is asked for.
        if (written - dots.DoubledDots + end - DotWriter.FinalDotLength != maildrop.Size(index))
            return false;
        BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(_end), at - _end - LengthSize);
        _end = at;
        _count++;
        return true;
    }

    private bool Publish(byte[] octets)
    {
        if (_count == 0)
        {
            buffers.Return(this, octets);
            return false;
        }
        _expected = _first + _count;
        lock (_lock)
            (_octets, _filledAt, _isAwaited) = (octets, _clock.GetTimestamp(), true);
        return true;
    }

    private bool SkipTo(int index)
    {
        while (_count > 0 && _first < index)
            Next();
        return _count > 0 && _first == index;
    }

    private ReadOnlySpan<byte> Next()
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(_octets.AsSpan(_from));
        ReadOnlySpan<byte> answer = _octets.AsSpan(_from + LengthSize, length);
        _from += LengthSize + length;
        _first++;
        _count--;
        return answer;
    }

    private byte[]? Detach()
    {
        byte[]? octets = _octets;
        _octets = null;
        return octets;
    }

    private void Return(byte[]? octets)
    {
        if (octets is not null)
            buffers.Return(this, octets);
    }
}
