using System.Buffers;
using System.Text;

namespace MailModule.Mime;

/// <summary>Whether a text is UTF-8; given in pieces, cut anywhere.</summary>
internal struct Utf8Check
{
    private const int LongestCharacter = 4;

    // A character that the last piece has begun.
    private uint _begun;
    private int _begunLength;

    public Utf8Check()
    {
    }

    public bool IsUtf8 { get; private set; } = true;

    public void Add(ReadOnlySpan<byte> text)
    {
        while (_begunLength > 0 && !text.IsEmpty && IsUtf8)
        {
            AddToBegun(text[0]);
            text = text[1..];
        }
        while (IsUtf8 && text.IndexOfAnyInRange((byte)0x80, (byte)0xFF) is >= 0 and var at)
        {
            text = text[at..];
            OperationStatus status = Rune.DecodeFromUtf8(text, out _, out int length);
            IsUtf8 = status != OperationStatus.InvalidData;
            if (status == OperationStatus.NeedMoreData)
            {
                foreach (byte octet in text)
                    AddToBegun(octet);
                return;
            }
            text = text[length..];
        }
    }

    private void AddToBegun(byte octet)
    {
        Span<byte> character = stackalloc byte[LongestCharacter];
        _begun |= (uint)octet << (8 * _begunLength++);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(character, _begun);
        OperationStatus status = Rune.DecodeFromUtf8(character[.._begunLength], out _, out _);
        IsUtf8 &= status != OperationStatus.InvalidData;
        if (status != OperationStatus.NeedMoreData)
            (_begun, _begunLength) = (0, 0);
    }
}
