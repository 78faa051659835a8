using System.Buffers;
using MailModule.Authentication.Results;
using MailModule.Delivery;
using MailModule.Delivery.Outgoing;
using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Engine.Retrieving;

/// <summary>
/// A message that was fetched, on its way into the spool. One use; workers only.
/// </summary>
/// <param name="mailbox">From which it came.</param>
/// <param name="recipient">Who gets it.</param>
/// <param name="content">Finished. This object's from now on.</param>
internal sealed class FetchedMail(
    FetchDependencies dependencies, OutsideMailbox mailbox, Recipient recipient, SubmissionContent content)
{
    private const int PieceLength = 64 * 1024;

    /// <summary>What a check has said of it; null: nothing.</summary>
    public FetchedMailRefusal? Refusal { get; private set; }

    /// <summary>Its id in the spool.</summary>
    public string Id { get; private set; } = "";

    /// <summary>
    /// Asks the check, and returns when the message is in the spool, and known as fetched, durably; or nothing of it is
    /// left. <see cref="Fault.RefusedTemporary"/>: the check says that it stays there.
    /// </summary>
    public Fault Store(string uniqueId, CancellationToken cancel)
    {
        using Stream message = content.OpenRead();
        byte[] front = new byte[PieceLength];
        try
        {
            int length = message.ReadAtLeast(front, PieceLength, throwOnEndOfStream: false);
            return Store(front.AsMemory(0, length), message, uniqueId, cancel);
        }
        catch (IOException exception)
        {
            return FaultReason.Because(Fault.Io, ExceptionWords.Of(exception));
        }
    }

    private Fault Store(ReadOnlyMemory<byte> front, Stream rest, string uniqueId, CancellationToken cancel)
    {
        Envelope envelope = NewEnvelope(front.Span);
        Refusal = dependencies.Check?.Check(envelope, content, cancel);
        if (cancel.IsCancellationRequested)
            return Fault.Cancelled;
        if (Refusal is { Folder: null } left)
            return FaultReason.Because(Fault.RefusedTemporary, left.Why);
        if (Refusal is { Folder: { } folder })
            envelope.Recipients[0] = FolderMaildrop.Into(recipient, folder);
        Fault fault = dependencies.Spool.TryBegin(envelope, content.Length, out ISpoolWriter writer);
        if (fault != Fault.None)
            return fault;
        Id = writer.Id;
        byte[] trace = Trace(envelope, writer.Id);
        // Behind the trace: it names the one who gets the message.
        string known = new FetchedMaildrop(mailbox.Key, uniqueId).ToString();
        envelope.Recipients.Add(new Recipient(recipient.Address, known) { Notify = Notify.Never });
        using var text = new TextStream(front[LengthOfReturnPath(front)..], rest, dependencies.AuthServerId());
        if (!SpoolCopy.TryAppend(writer, new PrefixedStream(trace, text)))
        {
            writer.Discard();
            return Fault.Io;
        }
        return SpoolCopy.Commit(writer);
    }

    // RFC 5321 §4.4: what the host that delivered it there has written
    private Envelope NewEnvelope(ReadOnlySpan<byte> front)
    {
        var envelope = new Envelope
        {
            ReversePath = ReversePathIn(front),
            Helo = mailbox.Host,
            IsFromStranger = true,
            AvoidsInner = true,
            Received = dependencies.Time.GetUtcNow(),
            EightBit = content.IsEightBit,
        };
        envelope.Utf8 = envelope.ReversePath.NeedsUtf8 || recipient.Address.NeedsUtf8;
        envelope.Recipients.Add(recipient);
        return envelope;
    }

    private static MailAddress ReversePathIn(ReadOnlySpan<byte> front)
    {
        var fields = new HeaderFields(front);
        while (fields.MoveNext())
            if (fields.Is("Return-Path"u8))
                return MailAddress.TryParse(fields.Value.Trim("<>"u8), utf8: true, out MailAddress address)
                    ? address
                    : MailAddress.Null;
        return MailAddress.Null;
    }

    // One that does not end in what was read is left where it is.
    private static int LengthOfReturnPath(ReadOnlyMemory<byte> front)
    {
        int length = ReturnPath.LengthIn(front.Span);
        return length == PieceLength ? 0 : length;
    }

    private byte[] Trace(Envelope envelope, string id)
    {
        var fields = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(fields, envelope.ReversePath);
        TraceHeaders.WriteReceived(
            fields, envelope,
            new TraceInfo(dependencies.HostName(), id, Extended: false, TlsDescription: null) { IsFetched = true });
        return fields.WrittenSpan.ToArray();
    }

    /// <summary>
    /// The message so that fields may be put in front of it, and none of it claims to be a result of ours.
    /// </summary>
    private sealed class TextStream(ReadOnlyMemory<byte> front, Stream rest, string authServerId) : ReadOnlyStream
    {
        private readonly byte[] _piece = new byte[PieceLength];
        private readonly HeaderFilter _header = Begun();
        private readonly ForgedResults _forged = Begun(authServerId);
        private ReadOnlyMemory<byte> _front = front;
        private ReadOnlyMemory<byte> _ready;
        private bool _isAtEnd;

        public override int Read(Span<byte> buffer)
        {
            while (_ready.IsEmpty && !_isAtEnd)
                _ready = NextPiece();
            int count = Math.Min(buffer.Length, _ready.Length);
            _ready.Span[..count].CopyTo(buffer);
            _ready = _ready[count..];
            return count;
        }

        private ReadOnlyMemory<byte> NextPiece()
        {
            ReadOnlyMemory<byte> piece = _front;
            _front = default;
            if (piece.IsEmpty)
                piece = _piece.AsMemory(0, rest.Read(_piece));
            if (!piece.IsEmpty)
                return _forged.IsOver ? piece : _forged.Pass(_header.Pass(piece.Span)).ToArray();
            _isAtEnd = true;
            byte[] last = _forged.Pass(_header.End()).ToArray();
            return (byte[])[.. last, .. _forged.End()];
        }

        private static HeaderFilter Begun()
        {
            var filter = new HeaderFilter();
            filter.Begin(null);
            return filter;
        }

        private static ForgedResults Begun(string id)
        {
            var forged = new ForgedResults(id);
            forged.Begin();
            return forged;
        }
    }
}
