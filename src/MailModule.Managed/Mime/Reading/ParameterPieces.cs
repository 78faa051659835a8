using System.Globalization;
using System.Text;

namespace MailModule.Mime.Reading;

/// <summary>
/// Parameters as they stand there, and what becomes of them: numbered pieces are put together, and percent signs and
/// character sets read (RFC 2231). Of two with one name the first counts, save that an encoded one counts before a
/// plain one.
/// </summary>
internal sealed class ParameterPieces
{
    private readonly Dictionary<string, Gathered> _byName = new(StringComparer.Ordinal);
    private readonly List<Gathered> _all = [];

    /// <param name="name">In small letters, with its marks: "filename*0*".</param>
    public void Add(string name, string value)
    {
        bool isEncoded = name.EndsWith('*');
        string rest = isEncoded ? name[..^1] : name;
        int star = rest.IndexOf('*');
        int number = -1;
        bool isNumbered = star > 0
            && int.TryParse(rest.AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        string plain = isNumbered ? rest[..star] : rest;
        if (plain.Length == 0 || plain[0] == '*')
            return;
        if (!_byName.TryGetValue(plain, out Gathered? gathered))
            _all.Add(_byName[plain] = gathered = new Gathered(plain));
        var piece = new Piece(isNumbered ? number : -1, isEncoded, value);
        if (isNumbered)
            gathered.Numbered.Add(piece);
        else if (isEncoded)
            gathered.Encoded ??= piece;
        else
            gathered.Plain ??= piece;
    }

    public IReadOnlyList<FieldParameter> Join()
        => [.. _all.Select(gathered => new FieldParameter(gathered.Name, gathered.Join()))];

    private readonly record struct Piece(int Number, bool IsEncoded, string Value);

    private sealed class Gathered(string name)
    {
        public string Name => name;
        public List<Piece> Numbered { get; } = [];
        public Piece? Encoded { get; set; }
        public Piece? Plain { get; set; }

        public string Join()
        {
            if (Encoded is { } encoded)
                return Decode([encoded]);
            if (Numbered.Count == 0)
                return EncodedText.Decode(Plain!.Value.Value);
            Numbered.Sort((one, other) => one.Number.CompareTo(other.Number));
            // RFC 2231 §3: numbers go on without a gap
            var used = Numbered.DistinctBy(piece => piece.Number)
                .TakeWhile((piece, place) => piece.Number == place + Numbered[0].Number).ToList();
            return used.Exists(piece => piece.IsEncoded)
                ? Decode(used)
                : EncodedText.Decode(string.Concat(used.Select(piece => piece.Value)));
        }

        /// <summary>RFC 2231 §4: charset'language'text, with the first piece alone.</summary>
        private static string Decode(List<Piece> pieces)
        {
            var octets = new MemoryStream();
            Encoding? charset = null;
            for (int i = 0; i < pieces.Count; i++)
            {
                string value = pieces[i].Value;
                if (i == 0 && pieces[i].IsEncoded && TryCutCharset(ref value, out string name))
                    charset = Charsets.Find(name);
                Append(octets, value, pieces[i].IsEncoded);
            }
            return Charsets.Decode(octets.GetBuffer().AsSpan(0, (int)octets.Length), charset);
        }

        private static bool TryCutCharset(ref string value, out string name)
        {
            name = "";
            int first = value.IndexOf('\'');
            int second = first < 0 ? -1 : value.IndexOf('\'', first + 1);
            if (second < 0)
                return false;
            name = value[..first];
            value = value[(second + 1)..];
            return true;
        }

        private static void Append(MemoryStream octets, string value, bool isEncoded)
        {
            byte[] text = Encoding.UTF8.GetBytes(value);
            for (int i = 0; i < text.Length; i++)
            {
                bool isPercent = isEncoded && text[i] == '%' && i + 2 < text.Length
                    && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]);
                octets.WriteByte(isPercent ? (byte)(HexDigit(text[i + 1]) << 4 | HexDigit(text[i + 2])) : text[i]);
                i += isPercent ? 2 : 0;
            }
        }

        private static int HexDigit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    }
}
