using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace MailModule.Engine.Control;

/// <summary>
/// Takes values out of one frame. What is cut off, too long or not UTF-8 makes it broken, and every value from there on
/// is nothing: so whoever reads looks once, at the end. Pure.
/// </summary>
internal ref struct FrameReader(ReadOnlySpan<byte> octets)
{
    private ReadOnlySpan<byte> _rest = octets;

    /// <summary>Something was not as it should be.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>All was there, and nothing more.</summary>
    public readonly bool IsWhole => !IsBroken && _rest.IsEmpty;

    public byte Byte() => Take(1) is { Length: 1 } one ? one[0] : (byte)0;

    public int Number() => Take(sizeof(int)) is { Length: > 0 } four ? BinaryPrimitives.ReadInt32BigEndian(four) : 0;

    public long Long() => Take(sizeof(long)) is { Length: > 0 } eight ? BinaryPrimitives.ReadInt64BigEndian(eight) : 0;

    /// <summary>Null: none, or one that no calendar has.</summary>
    public DateTimeOffset? Time()
    {
        long value = Long();
        bool isThere = value > 0 && value < 253_402_300_800_000;
        return isThere ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
    }

    public string Text()
    {
        ReadOnlySpan<byte> text = Octets();
        if (Utf8.IsValid(text))
            return Encoding.UTF8.GetString(text);
        IsBroken = true;
        return "";
    }

    /// <summary>Null: an absent text.</summary>
    public string? OptionalText()
    {
        bool isAbsent = _rest.Length >= sizeof(int) && BinaryPrimitives.ReadInt32BigEndian(_rest) == -1;
        if (!isAbsent)
            return Text();
        _rest = _rest[sizeof(int)..];
        return null;
    }

    public ReadOnlySpan<byte> Octets() => Take(Number());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (IsBroken || count < 0 || count > _rest.Length)
        {
            IsBroken = true;
            return [];
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
