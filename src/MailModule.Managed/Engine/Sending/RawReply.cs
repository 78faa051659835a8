using System.Text;

namespace MailModule.Engine.Sending;

/// <summary>Keeps the octets of a reply until it is whole, for hosts that want to see it as it came.</summary>
internal sealed class RawReply
{
    private const int Limit = 64 * 1024;

    private byte[] _octets = [];
    private int _length;

    public void Add(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, Limit - _length)];
        if (_length + octets.Length > _octets.Length)
            Array.Resize(ref _octets, Math.Max(512, _length + octets.Length));
        octets.CopyTo(_octets.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>
    /// The lines so far with LF between, control characters as "?"; null if they are not those of one reply: several
    /// were held back together (RFC 2920), or there are none.
    /// </summary>
    public string? Take()
    {
        string[] lines = Encoding.UTF8.GetString(_octets, 0, _length).TrimEnd('\n').Split('\n');
        _length = 0;
        for (int i = 0; i < lines.Length; i++)
            lines[i] = Clean(lines[i].TrimEnd('\r'));
        return lines.Count(IsLast) == 1 ? string.Join('\n', lines) : null;
    }

    private static bool IsLast(string line)
        => line.Length >= 3 && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0
            && (line.Length == 3 || line[3] != '-');

    private static string Clean(string line)
        => line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? '?' : c)) : line;
}
