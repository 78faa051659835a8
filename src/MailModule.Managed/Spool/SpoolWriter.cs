using System.Buffers;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Spool;

/// <summary>
/// A message being received. Small: its record grows in one rented buffer, from the place where the body begins. Once
/// the body passes the limit it goes, in chunks, to a file of its own. Memory and promised space follow what has come,
/// not what was declared.
/// </summary>
internal sealed class SpoolWriter : LogRequest, ISpoolWriter
{
    private const int BodyAt = RecordHeader.Size + MessageRecord.FixedSize;
    private const int FirstBuffer = 4096;
    private const int LargestFirstBuffer = 16 * 1024;
    private const int RoomForEnvelope = 1024;

    private readonly LogSpool _spool;
    private readonly Envelope _envelope;
    private byte[] _buffer;
    private int _fill = BodyAt;
    private LineEnds _lineEnds;
    private long _promised = FirstPromise;
    private BodyFile? _body;
    private ReservedHeader? _room;
    private MessageContent? _content;
    private Completion? _completion;
    private Fault _fault;
    private int _isEnded;

    /// <summary>Octets of space that a message has when it begins; its maker has promised them.</summary>
    public const int FirstPromise = FirstBuffer;

    public SpoolWriter(LogSpool spool, Envelope envelope, long expectedLength)
    {
        _spool = spool;
        _envelope = envelope;
        Id = spool.Ids.Next();
        long whole = Math.Min(expectedLength, spool.Options.InlineLimit) + BodyAt + RoomForEnvelope;
        _buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(whole, FirstBuffer, LargestFirstBuffer));
    }

    public string Id { get; }
    public long Length { get; private set; }
    public long Held => _buffer.Length + (_body?.Held ?? 0);

    /// <summary>What went wrong before the record could be made; the committer only passes it on.</summary>
    public Fault Failure => _fault;

    public RecordHeader Header { get; private set; }

    /// <summary>How many recipients it has, once the commit was asked for.</summary>
    public int Recipients => _envelope.Recipients.Count;

    /// <summary>The record as it goes into the log; its first octets are free for the header. Valid until
    /// completion.</summary>
    public Span<byte> Record => _buffer.AsSpan(Start, _fill - Start);

    // The record begins behind what is left of the room.
    private int Start => _room?.Unused ?? 0;

    private long WireLength => Length + _lineEnds.Lines + (_room?.Lines ?? 0);

    public bool Append(ReadOnlySpan<byte> content, Action resume)
    {
        while (!content.IsEmpty && _fault == Fault.None)
        {
            (int taken, int written) = _lineEnds.Convert(content, Room());
            content = content[taken..];
            _fill += written;
            Length += written;
        }
        return _fault != Fault.None || _body is null || _body.MayContinue(resume);
    }

    public void ReserveInFront(int octets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets, ReservedHeader.Most);
        if (_room is not null || _body is not null || _completion is not null)
            throw new InvalidOperationException("room is kept once, among the trace headers");
        _room = new ReservedHeader(_fill - BodyAt, Math.Max(octets, ReservedHeader.Least));
        Buffers.Grow(ref _buffer, _fill, _fill + _room.Size);
        _fill += _room.Size;
    }

    public Fault PutInFront(ReadOnlySpan<byte> fields)
        => _room is null || _completion is not null ? Fault.State : _room.Put(fields);

    public Func<Stream>? ReadBack()
    {
        if (_room is null || _completion is not null)
            return null;
        if (_fault == Fault.None && _lineEnds.FlushHeldCr())
            AppendLastCr();
        if (_fault != Fault.None)
            return null;
        int start = _room.At + _room.Size;
        if (_body is not { } body)
            return () => new MemoryStream(_buffer, BodyAt + start, _fill - BodyAt - start, writable: false);
        HandChunkOver(body);
        long length = Length;
        return body.WaitUntilWritten() ? () => body.OpenRead(start, length) : null;
    }

    /// <summary>Its completion waits for the consumer.</summary>
    public bool IsAfterConsumer => _completion is { IsAfterConsumer: true };

    public void CommitAfterConsumer(Action<Fault> completed) => Commit(new Completion(completed, true));

    public void Commit(Action<Fault> completed) => Commit(new Completion(completed, false));

    private void Commit(Completion completion)
    {
        _completion = completion;
        if (_envelope.Recipients.Count == 0)
            Fail(Fault.Argument);
        if (_fault == Fault.None && _lineEnds.FlushHeldCr())
            AppendLastCr();
        if (_body is { } body && _fault == Fault.None)
        {
            HandChunkOver(body);
            body.Finish(_room);
            return;
        }
        if (_fault == Fault.None)
            MakeSmallRecord();
        _spool.Enqueue(this);
    }

    public void Discard()
    {
        if (_completion is null)
            End(Fault.Cancelled);
    }

    /// <summary>The entry of this message, once its record is durable. The committer's thread.</summary>
    public SpoolEntry ToEntry(RecordPlace place)
        => new(Id, _envelope, _content, Length, WireLength,
            MessageRecord.ReadTraits(Record[RecordHeader.Size..]), place);

    public override void Complete(Fault fault)
    {
        Completion? completion = _completion;
        End(fault);
        completion?.Call(fault);
    }

    // Room for at least one octet.
    private Span<byte> Room()
    {
        if (_body is { } body)
        {
            if (_fill == _buffer.Length)
                HandChunkOver(body);
            return _buffer.AsSpan(_fill);
        }
        int most = BodyAt + _spool.Options.InlineLimit + (_room?.Size ?? 0);
        if (_fill >= most)
            return BeginBody();
        if (_fill == _buffer.Length)
        {
            Buffers.Grow(ref _buffer, _fill, _fill + 1);
            if (!TryPromiseUpTo(_buffer.Length))
                return TakeNoMore();
        }
        return _buffer.AsSpan(_fill, Math.Min(most, _buffer.Length) - _fill);
    }

    private bool TryPromiseUpTo(long octets)
    {
        long more = octets - _promised;
        if (more <= 0)
            return true;
        bool fits = _spool.Space.TryPromise(more);
        if (fits)
            _promised = octets;
        return fits;
    }

    // What comes is taken and thrown away until the commit says so.
    private Span<byte> TakeNoMore()
    {
        Fail(Fault.Full);
        _fill = BodyAt;
        return _buffer.AsSpan(BodyAt);
    }

    private Span<byte> BeginBody()
    {
        _body = new BodyFile(_spool.Bodies, _spool.Space, Id, _promised, BodyFinished);
        _promised = 0;
        byte[] chunk = ArrayPool<byte>.Shared.Rent(Math.Max(BodyFile.ChunkSize, _fill - BodyAt + 1));
        _buffer.AsSpan(BodyAt, _fill - BodyAt).CopyTo(chunk);
        _fill -= BodyAt;
        if (_room is { } room)
        {
            room.FillForFile(chunk.AsSpan(room.At, room.Size));
            Length += room.Size;
        }
        Buffers.Return(ref _buffer);
        _buffer = chunk;
        return Room();
    }

    private void HandChunkOver(BodyFile body)
    {
        body.Append(_buffer, _fill);
        _buffer = ArrayPool<byte>.Shared.Rent(BodyFile.ChunkSize);
        _fill = 0;
    }

    private void AppendLastCr()
    {
        Span<byte> room = Room();
        room[0] = (byte)'\r';
        _fill++;
        Length++;
    }

    private void MakeSmallRecord()
    {
        if (_room is { } room)
            CloseRoom(room);
        ReadOnlySpan<byte> text = _buffer.AsSpan(Start + BodyAt, (int)Length);
        ContentTraits traits = ContentScan.TraitsOf(text);
        if (_spool.Memory.TryReserve(text.Length))
            _content = new InlineContent(text.ToArray(), WireLength, traits);
        MakeRecord(hasBodyFile: false, traits);
    }

    // What stands before the room, a line as a rule, moves up to what is used of it; so the text stays where it is.
    private void CloseRoom(ReservedHeader room)
    {
        Span<byte> content = _buffer.AsSpan(BodyAt);
        content[..room.At].CopyTo(content[room.Unused..]);
        room.Fields.CopyTo(content[(room.At + room.Unused)..]);
        Length += room.Fields.Length;
    }

    // On a worker: the file and its name are durable, or it is gone.
    private void BodyFinished(Fault fault)
    {
        if (fault != Fault.None)
        {
            Fail(fault);
            _body = null;
        }
        else
        {
            ContentTraits traits = _body!.Traits;
            _content = new BodyContent(_spool.Options.Disk, _spool.Bodies.PathOf(Id), Length, WireLength, traits);
            _fill = BodyAt;
            MakeRecord(hasBodyFile: true, traits);
        }
        _spool.Enqueue(this);
    }

    private void MakeRecord(bool hasBodyFile, ContentTraits traits)
    {
        int payloadAt = Start + RecordHeader.Size;
        MessageRecord.WriteFixed(_buffer.AsSpan(payloadAt), Length, WireLength, hasBodyFile, traits);
        var writer = new EnvelopeWriter(ref _buffer, _fill);
        writer.WriteText(Id);
        writer.Write(_envelope);
        _fill = writer.End;
        ReadOnlySpan<byte> payload = _buffer.AsSpan(payloadAt, _fill - payloadAt);
        if (payload.Length > RecordHeader.PayloadLimit)
            Fail(Fault.Limit);
        Header = new RecordHeader(RecordType.Message, payload.Length, Checksum.Of(payload));
    }

    private void Fail(Fault fault)
    {
        if (_fault == Fault.None)
            _fault = fault;
    }

    // Gives back what the message held; after a failure its body too.
    private void End(Fault fault)
    {
        if (Interlocked.Exchange(ref _isEnded, 1) != 0)
            return;
        _spool.Space.Release(_promised);
        Buffers.Return(ref _buffer);
        if (fault == Fault.None)
            return;
        if (_content is InlineContent)
            _spool.Memory.Release(Length);
        if (_content is BodyContent)
            _spool.Bodies.RemoveLater(Id);
        else
            _body?.Discard();
    }
    /// <summary>Who is told of the commit, and whether before the consumer has the entry or after.</summary>
    private readonly record struct Completion(Action<Fault> Call, bool IsAfterConsumer);
}
