using System.Buffers;
using MailModule.Mail;

namespace MailModule.Delivery.Reports;

/// <summary>
/// The third part of a DSN: the message that it is about, or its header. Chosen by what the sender asked for, by
/// size, and by what can travel, for a DSN that the sender's host refuses tells nobody anything. Holds the header at
/// most; a message is read again when it is written. Workers only.
/// </summary>
internal sealed class ReturnedContent : IDisposable
{
    /// <summary>Octets of a header that are returned; of a longer one the fields that fit.</summary>
    private const int HeaderLimit = 64 * 1024;

    private readonly MessageContent _content;
    private readonly byte[] _front = ArrayPool<byte>.Shared.Rent(HeaderLimit);
    private int _frontLength;
    private int _start;
    private int _headerEnd;
    private ReturnedForm _form;

    private ReturnedContent(MessageContent content) => _content = content;

    public bool IsWhole => _form.IsWhole;
    public string Type => _form.Type;
    public string Encoding => _form.Encoding;
    public bool IsEightBit => Encoding == "8bit";

    /// <summary>Octets that it takes in the DSN, roughly.</summary>
    public long Length => (IsWhole ? _content.Length : _headerEnd - _start) * (Encoding == "base64" ? 3 : 2) / 2;

    /// <exception cref="IOException">The message cannot be read.</exception>
    public static ReturnedContent Choose(Dsn dsn, DsnDependencies dependencies)
    {
        var content = new ReturnedContent(dsn.Original.Content);
        try
        {
            using Stream stream = dsn.Original.Content.OpenRead();
            content.ReadFront(stream);
            content._form = content.WholeForm(dsn, dependencies) ?? content.HeaderForm(dsn);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    public void Write(DsnOutput output)
    {
        if (Encoding != "base64")
        {
            WriteAsItIs(output);
            return;
        }
        var encoded = new EncodedDsnOutput(output);
        WriteAsItIs(encoded);
        encoded.Finish();
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_front);

    private void ReadFront(Stream stream)
    {
        _frontLength = stream.ReadAtLeast(_front.AsSpan(0, HeaderLimit), HeaderLimit, throwOnEndOfStream: false);
        ReadOnlySpan<byte> front = _front.AsSpan(0, _frontLength);
        _start = ReturnPath.LengthIn(front);
        _headerEnd = HeaderEnd(front);
    }

    /// <summary>Before the blank line; where there is none in the limit, after the last whole field.</summary>
    private int HeaderEnd(ReadOnlySpan<byte> front)
    {
        if (front[_start..].StartsWith((byte)'\n'))
            return _start;
        int blank = front[_start..].IndexOf("\n\n"u8);
        if (blank >= 0)
            return _start + blank + 1;
        if (_frontLength < HeaderLimit)
            return _frontLength;
        int end = _frontLength - 1;
        while (end > _start && (front[end - 1] != '\n' || front[end] is (byte)' ' or (byte)'\t'))
            end--;
        return end;
    }

    private ReturnedForm? WholeForm(Dsn dsn, DsnDependencies dependencies)
    {
        Envelope envelope = dsn.Original.Envelope;
        // RFC 3461 §4.3: the message itself for a failure alone. A stranger's sender may be forged, and is sent no
        // message by us that a stranger chose.
        if (dsn.Kind != DsnKind.Failed || envelope.Return == ReturnContent.Headers || envelope.IsFromStranger)
            return null;
        // RFC 3461 §6.2: of a message that is larger than some bound the header, even if the sender asked for all
        if (_content.Length > (
            envelope.Return == ReturnContent.Full ? dependencies.AskedFullLimit : dependencies.FullLimit))
            return null;
        var shape = new ContentShape();
        ForEachPiece(piece => shape.Add(piece));
        return ReturnedForm.OfWhole(shape, envelope.Utf8, dsn.IsUtf8);
    }

    private ReturnedForm HeaderForm(Dsn dsn)
    {
        var shape = new ContentShape();
        shape.Add(_front.AsSpan(_start, _headerEnd - _start));
        return ReturnedForm.OfHeader(shape, dsn.Original.Envelope.Utf8, dsn.IsUtf8);
    }

    private void WriteAsItIs(DsnOutput output)
    {
        if (IsWhole)
            ForEachPiece(output.Write);
        else
            output.Write(_front.AsSpan(_start, _headerEnd - _start));
    }

    private void ForEachPiece(Piece action)
    {
        action(_front.AsSpan(_start, _frontLength - _start));
        if (_frontLength < HeaderLimit)
            return;
        using Stream stream = _content.OpenRead();
        byte[] piece = ArrayPool<byte>.Shared.Rent(HeaderLimit);
        stream.ReadExactly(piece, 0, _frontLength);
        while (stream.Read(piece) is > 0 and var count)
            action(piece.AsSpan(0, count));
        ArrayPool<byte>.Shared.Return(piece);
    }

    private delegate void Piece(ReadOnlySpan<byte> octets);
}
