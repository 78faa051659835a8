using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MailModule.Spool;

/// <summary>
/// The payload of a message that was carried forward: count of recipients that are done 4, length of the note 4, those recipients 4 each, note, payload of a message
/// record.
/// </summary>
internal readonly ref struct MovedRecord
{
    private const int HeadSize = 8;
    private const int RecipientSize = 4;

    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _done;
    private readonly int _noteLength;

    private MovedRecord(ReadOnlySpan<byte> payload, int done, int noteLength)
    {
        _payload = payload;
        _done = done;
        _noteLength = noteLength;
    }

    public int Done => _done;
    public int NoteAt => HeadSize + _done * RecipientSize;
    public ReadOnlySpan<byte> Note => _payload.Slice(NoteAt, _noteLength);
    public ReadOnlySpan<byte> Message => _payload[(NoteAt + _noteLength)..];

    public int DoneRecipient(int index) => BinaryPrimitives.ReadInt32LittleEndian(_payload[(HeadSize + index * RecipientSize)..]);

    public static long LengthOf(int done, int note, int message) => HeadSize + (long)done * RecipientSize + note + message;

    public static void Write(Span<byte> payload, List<int> done, ReadOnlySpan<byte> note, ReadOnlySpan<byte> message)
    {
        BinaryPrimitives.WriteInt32LittleEndian(payload, done.Count);
        BinaryPrimitives.WriteInt32LittleEndian(payload[4..], note.Length);
        payload = payload[HeadSize..];
        foreach (int recipient in CollectionsMarshal.AsSpan(done))
        {
            BinaryPrimitives.WriteInt32LittleEndian(payload, recipient);
            payload = payload[RecipientSize..];
        }
        note.CopyTo(payload);
        message.CopyTo(payload[note.Length..]);
    }

    /// <summary>False if the payload, though whole, does not make sense.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MovedRecord record)
    {
        record = default;
        if (payload.Length < HeadSize)
            return false;
        int done = BinaryPrimitives.ReadInt32LittleEndian(payload);
        int note = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        if (done < 0 || note < 0 || HeadSize + (long)done * RecipientSize + note > payload.Length)
            return false;
        record = new MovedRecord(payload, done, note);
        return true;
    }
}
