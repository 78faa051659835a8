using System.Runtime.InteropServices;
using System.Text;
using MailModule.Mail;

namespace MailModule.Authentication;

/// <summary>
/// The header section of a message: its fields in order, as octets, and each found by its name from the last one up,
/// which is the order in which signatures name them (RFC 6376 §5.4.2). Cannot be changed: any thread.
/// </summary>
internal sealed class HeaderSection
{
    /// <summary>Fields that are looked at; with more the section counts as cut.</summary>
    public const int FieldLimit = 10_000;

    /// <summary>Octets of memory that a field costs beside its own: its place, and its name to find it by.</summary>
    public const int OctetsOfPlace = 160;

    private const int UsualCount = 16;

    /// <summary>Octets of a name: a line has no more (RFC 5322 §2.1.1).</summary>
    private const int NameLimit = 998;

    /// <summary>Octets in front of the first field that may be left out of what is stored.</summary>
    private const int LeftOutLimit = 1024;

    /// <summary>Where a field stands, and the one of the same name before it; -1: there is none.</summary>
    private readonly record struct Place(
        int Start, int Length, int NameLength, int ValueStart, int ValueLength, int Before);

    private readonly ReadOnlyMemory<byte> _octets;
    private readonly List<Place> _fields = new(UsualCount);
    private readonly Dictionary<string, int> _last = new(UsualCount, StringComparer.OrdinalIgnoreCase);
    private readonly bool _hasText;

    /// <param name="octets">The section, with or without the empty line behind it; kept.</param>
    /// <param name="isCut">There was more of it.</param>
    public HeaderSection(ReadOnlyMemory<byte> octets, bool isCut = false)
    {
        _octets = octets;
        IsCut = isCut;
        var fields = new HeaderFields(octets.Span);
        for (int start = 0; fields.MoveNext(); start += fields.Whole.Length)
        {
            if (Count == FieldLimit)
            {
                IsCut = true;
                return;
            }
            Add(start, fields);
            HasBareCr |= IsCrAlone(fields.Whole);
            if (fields.Name.IsEmpty ? !IsLeftOut(start, fields.Whole) : fields.Name.Length > NameLimit)
                _hasText = true;
        }
    }

    /// <summary>Octets are missing here that the message had: nothing can be said for sure of its fields.</summary>
    public bool IsCut { get; }

    /// <summary>
    /// Why what was signed of these fields may not be what a reader sees, for a human; empty: nothing is wrong. Many
    /// take a line that is no field for the beginning of the text (<see cref="HeaderFilter"/> as well), so that whoever
    /// puts one in puts in a text, and some end a line at a CR, so that there is a field in another.
    /// </summary>
    public string Problem
        => IsCut ? "the header section is too long"
            : _hasText ? "a line of the header is no field"
            : HasBareCr ? "a line of the header has a CR alone" : "";

    /// <summary>A CR in it is not part of a CRLF (RFC 5322 §2.2).</summary>
    public bool HasBareCr { get; }

    /// <summary>Fields, with lines that are none (their name is empty).</summary>
    public int Count => _fields.Count;

    /// <summary>The whole field, folds and line end as they came; the last one may lack its line end.</summary>
    public ReadOnlySpan<byte> Field(int index) => _octets.Span.Slice(_fields[index].Start, _fields[index].Length);

    /// <summary>The name without blanks; empty for what is no field.</summary>
    public ReadOnlySpan<byte> Name(int index)
        => _octets.Span.Slice(_fields[index].Start, _fields[index].NameLength);

    /// <summary>What follows the colon, folds as they came, without blanks and line ends around it.</summary>
    public ReadOnlySpan<byte> Value(int index) => Field(index).Slice(ValueStart(index), _fields[index].ValueLength);

    /// <summary>Where <see cref="Value"/> begins in <see cref="Field"/>.</summary>
    public int ValueStart(int index) => _fields[index].ValueStart;

    /// <summary>The last field of a name, in whatever capitals; -1: there is none.</summary>
    public int Last(string name) => _last.GetValueOrDefault(name, -1);

    /// <summary>The field of the same name before this one; -1: this is the first.</summary>
    public int Before(int index) => _fields[index].Before;

    /// <summary>How many fields have a name.</summary>
    public int CountOf(string name)
    {
        int count = 0;
        for (int index = Last(name); index >= 0; index = Before(index))
            count++;
        return count;
    }

    private void Add(int start, in HeaderFields fields)
    {
        int before = -1;
        if (!fields.Name.IsEmpty)
        {
            ref int last = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _last, Encoding.ASCII.GetString(fields.Name), out bool isThere);
            before = isThere ? last : -1;
            last = Count;
        }
        fields.Whole.Overlaps(fields.Value, out int value);
        _fields.Add(new Place(start, fields.Whole.Length, fields.Name.Length, value, fields.Value.Length, before));
    }

    /// <summary>Lines in front of the first field that <see cref="HeaderFilter"/> leaves out if a field follows: those
    /// that begin with a blank, and those of a mailbox file (mbox).</summary>
    private bool IsLeftOut(int start, ReadOnlySpan<byte> line)
        => _last.Count == 0 && start + line.Length <= LeftOutLimit
            && (line[0] is (byte)' ' or (byte)'\t' || line.StartsWith("From "u8) || line.StartsWith(">From "u8));

    private static bool IsCrAlone(ReadOnlySpan<byte> field)
    {
        for (int at = field.IndexOf((byte)'\r'); at >= 0; at = field.IndexOf((byte)'\r'))
        {
            field = field[(at + 1)..];
            if (!field.StartsWith((byte)'\n'))
                return true;
        }
        return false;
    }
}
