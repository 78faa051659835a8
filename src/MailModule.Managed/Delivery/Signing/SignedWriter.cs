using System.Buffers;
using MailModule.Mail;
using MailModule.Mime;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Delivery.Signing;

/// <summary>
/// A message of ours on its way into the spool, signed as it goes by. In front of its text stand Return-Path, the
/// DKIM-Signature fields, and our Received field, the last, for it may get a comment at its end, which signatures do
/// not allow (docs/decisions/0021, 0069). A message whose From domain has no key goes by as if this was not there.
/// </summary>
/// <remarks>
/// Its header is held until it is whole, so that room is kept only in a message that will be signed, and no more than
/// its signatures may need. A message that has to be encoded first is written a second time, from the spool's own
/// buffer or file, behind its end: so one that needs nothing costs nothing for it, and none is whole in memory.
/// </remarks>
/// <param name="first">Nothing is written to it yet; from now on this object's.</param>
/// <param name="writeReceived">Writes our Received field for a message of that id.</param>
internal sealed class SignedWriter(
    ISpool spool, ISpoolWriter first, Envelope envelope, SigningOptions options,
    Action<IBufferWriter<byte>, string> writeReceived) : ISpoolWriter
{
    /// <summary>A header of more octets is not signed.</summary>
    public const int HeaderLimit = 256 * 1024;

    private ArrayBufferWriter<byte>? _held = new(1024);
    private ISpoolWriter _writer = first;
    private SigningPass? _pass = new(options);
    private byte[] _received = [];
    private int _header;

    public string Id => _writer.Id;
    public long Length => _writer.Length;

    // What signs it has the header once more, to the end.
    public long Held => _writer.Held + (_held is null ? _header : 2L * _held.Capacity);

    public bool Append(ReadOnlySpan<byte> content, Action resume)
    {
        if (_held is not null)
            return Hold(content, _held) || Begin(_held, resume);
        _pass?.Append(content);
        return _writer.Append(content, resume);
    }

    public void ReserveInFront(int octets)
        => throw new InvalidOperationException("the room is the signature's");

    public Fault PutInFront(ReadOnlySpan<byte> fields) => Fault.State;

    /// <inheritdoc/>
    /// <remarks>Signs; workers only.</remarks>
    public void Commit(Action<Fault> completed)
    {
        Finish();
        _writer.Commit(completed);
    }

    /// <inheritdoc cref="Commit"/>
    public void CommitAfterConsumer(Action<Fault> completed)
    {
        Finish();
        _writer.CommitAfterConsumer(completed);
    }

    public void Discard() => _writer.Discard();

    /// <summary>False: the header is whole, or too long.</summary>
    private bool Hold(ReadOnlySpan<byte> content, ArrayBufferWriter<byte> held)
    {
        int room = HeaderLimit - held.WrittenCount;
        ReadOnlySpan<byte> looked = content[..Math.Min(room, content.Length)];
        _pass!.Append(looked);
        held.Write(content);
        if (_pass.IsHeaderOver)
            _pass.Append(content[looked.Length..]);
        return !_pass.IsHeaderOver && looked.Length < room;
    }

    // The header is whole, or it will not be signed.
    private bool Begin(ArrayBufferWriter<byte> held, Action resume)
    {
        _held = null;
        var trace = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(trace, envelope.ReversePath);
        int room = 0;
        if (_pass is { HasKey: true })
        {
            _received = ReceivedOf(_writer);
            room = _pass.MostOctets + _received.Length;
        }
        if (room > ReservedHeader.Most)
            options.Log.Write(LogLevel.Error, "dkim", $"too many keys for one message: {Id} goes unsigned");
        if (room is 0 or > ReservedHeader.Most)
        {
            _pass = null;
            writeReceived(trace, _writer.Id);
        }
        _writer.Append(trace.WrittenSpan, resume);
        if (_pass is not null)
        {
            _writer.ReserveInFront(room);
            _header = held.WrittenCount;
        }
        return _writer.Append(held.WrittenSpan, resume);
    }

    private byte[] ReceivedOf(ISpoolWriter writer)
    {
        var field = new ArrayBufferWriter<byte>(512);
        writeReceived(field, writer.Id);
        return field.WrittenSpan.ToArray();
    }

    private void Finish()
    {
        _pass?.End();
        if (_held is not null)
            Begin(_held, static () => { }); // nobody waits to go on
        if (_pass is null || options.Converts && _pass.Traits != ContentTraits.None && TryConvert(_pass.Traits))
            return;
        ReadOnlyMemory<byte> signatures = _pass.Sign();
        if (signatures.IsEmpty || _writer.PutInFront([.. signatures.Span, .. _received]) != Fault.None)
            _writer.PutInFront(_received);
    }

    /// <summary>The message in another form takes this one's place, and signs itself when it is committed.</summary>
    private bool TryConvert(ContentTraits traits)
    {
        if (_writer.ReadBack() is not { } open || SignableForm.Find(open, traits, envelope.Utf8) is not { } form
            || spool.TryBegin(envelope, form.WireLength, out ISpoolWriter next) != Fault.None)
            return false;
        var converted = new SignedWriter(spool, next, envelope, options with { Converts = false }, writeReceived);
        if (!TryCopy(form, open, converted))
        {
            converted.Discard();
            return false;
        }
        _writer.Discard();
        _writer = converted;
        envelope.EightBit = form.IsEightBit;
        return true;
    }

    private static bool TryCopy(Conversion form, Func<Stream> open, ISpoolWriter target)
    {
        try
        {
            using Stream content = form.Open(open());
            return SpoolCopy.TryAppend(target, content);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
