using System.Text;
using System.Text.Unicode;
using MailModule.Mail;

namespace MailModule.Mime.Reading;

/// <summary>The header of a part, in memory, and where its fields are.</summary>
public sealed class MessageHeader
{
    private readonly byte[] _octets;
    private readonly List<Place> _fields = [];

    /// <param name="octets">Fields alone.</param>
    /// <param name="isCut">The octets end early: the last field is not told of.</param>
    internal MessageHeader(byte[] octets, bool isCut = false)
    {
        _octets = octets;
        var fields = new HeaderFields(octets);
        int start = 0;
        while (fields.MoveNext())
        {
            // Begins behind the colon: blanks are left out once more where the value is asked for.
            int value = fields.Whole.IndexOf((byte)':') + 1;
            if (!fields.Name.IsEmpty)
                _fields.Add(new Place(start, fields.Name.Length, start + value, start + fields.Whole.Length));
            start += fields.Whole.Length;
        }
        if (isCut && _fields.Count > 0)
            _fields.RemoveAt(_fields.Count - 1);
    }

    public int Count => _fields.Count;

    /// <summary>The whole field with its name, folds and last line end.</summary>
    public ReadOnlySpan<byte> Raw(int field) => _octets.AsSpan(_fields[field].Start.._fields[field].End);

    public string Name(int field) => Encoding.ASCII.GetString(NameOctets(field));

    /// <summary>Unfolded (RFC 5322 §2.2.3), without blanks around it.</summary>
    public string Value(int field) => TextOf(ValueOctets(field));

    /// <summary>Unfolded, an octet a character: what is compared with octets of the message.</summary>
    internal string ValueAsOctets(int field) => Unfold(Encoding.Latin1.GetString(ValueOctets(field)));

    /// <summary>The first field of a name from one on; -1: none.</summary>
    public int Find(ReadOnlySpan<byte> name, int from = 0)
    {
        for (int field = from; field < _fields.Count; field++)
            if (Ascii.EqualsIgnoreCase(NameOctets(field), name))
                return field;
        return -1;
    }

    /// <summary>The value of the first field of a name; null: none.</summary>
    internal string? ValueOf(ReadOnlySpan<byte> name) => Find(name) is >= 0 and var field ? Value(field) : null;

    private ReadOnlySpan<byte> NameOctets(int field)
        => _octets.AsSpan(_fields[field].Start, _fields[field].NameLength);

    private ReadOnlySpan<byte> ValueOctets(int field)
        => _octets.AsSpan(_fields[field].Value.._fields[field].End).Trim(" \t\r\n"u8);

    // RFC 6532 §3.1: UTF-8; what is older and not that is taken for Latin-1
    private static string TextOf(ReadOnlySpan<byte> value)
        => Unfold((Utf8.IsValid(value) ? Encoding.UTF8 : Encoding.Latin1).GetString(value));

    private static string Unfold(string value)
        => value.AsSpan().ContainsAny('\r', '\n') ? value.Replace("\r", "").Replace("\n", "") : value;

    private readonly record struct Place(int Start, int NameLength, int Value, int End);
}
