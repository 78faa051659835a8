using System.Text;

namespace MailModule.Engine.Serving;

/// <summary>The first octets of a message, for filters. One thread at a time.</summary>
/// <param name="isLong">16 KB, not 8.</param>
internal sealed class ContentSample(bool isLong)
{
    /// <summary>What <c>antispam</c> sees; what <c>spamfltr</c> does.</summary>
    public const int BreakLength = 8 * 1024, SpamLength = 16 * 1024;

    private const int FirstRoom = 2048;

    private readonly int _limit = isLong ? SpamLength : BreakLength;
    private byte[] _octets = [];
    private int _length;

    /// <summary>Octets of memory.</summary>
    public int Held => _octets.Length;

    public void Add(ReadOnlySpan<byte> content)
    {
        int count = Math.Min(content.Length, _limit - _length);
        if (count == 0)
            return;
        if (_octets.Length < _length + count)
            Array.Resize(ref _octets, Math.Min(_limit, Math.Max(FirstRoom, 2 * (_length + count))));
        content[..count].CopyTo(_octets.AsSpan(_length));
        _length += count;
    }

    /// <summary>The first of it, octets as characters; lines end with LF.</summary>
    public string Text(int octets)
        => Encoding.Latin1.GetString(_octets, 0, Math.Min(octets, _length))
            .Replace("\r\n", "\n", StringComparison.Ordinal);
}
