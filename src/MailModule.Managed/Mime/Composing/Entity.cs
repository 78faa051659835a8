using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mime.Composing;

/// <summary>
/// A part of a message that is made (RFC 2045 §2.4), or all of it: fields of its content, and the content.
/// </summary>
internal abstract class Entity
{
    /// <summary>Some octet of the content is above 127.</summary>
    public abstract bool IsEightBit { get; }

    /// <summary>The fields, the empty line and the content, in wire form, one stream after another.</summary>
    public abstract IEnumerable<Stream> Pieces();

    protected static Stream Text(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));
}

/// <summary>A part without others.</summary>
/// <param name="fields">About its content, in wire form.</param>
/// <param name="open">Gives the content in wire form.</param>
internal sealed class Leaf(string fields, bool isEightBit, Func<Stream> open) : Entity
{
    public override bool IsEightBit => isEightBit;

    public override IEnumerable<Stream> Pieces()
    {
        yield return Text(fields + "\r\n");
        yield return open();
    }
}

/// <summary>A part of others (RFC 2046 §5.1).</summary>
/// <param name="type">With its parameters, but for the boundary.</param>
internal sealed class Multipart(string type, IReadOnlyList<Entity> children) : Entity
{
    // RFC 2045 §6.7: no line of quoted-printable or base64 has "=_" in it; text that has such a line is encoded.
    private readonly string _boundary = BoundaryStart + RandomOctets.Hex(16);

    public const string BoundaryStart = "=_";

    public override bool IsEightBit => children.Any(child => child.IsEightBit);

    public override IEnumerable<Stream> Pieces()
    {
        // RFC 2045 §6.4: it says what its parts need
        string encoding = IsEightBit ? "Content-Transfer-Encoding: 8bit\r\n" : "";
        yield return Text($"Content-Type: {type};\r\n boundary=\"{_boundary}\"\r\n{encoding}\r\n");
        foreach (Entity child in children)
        {
            yield return Text($"\r\n--{_boundary}\r\n");
            foreach (Stream piece in child.Pieces())
                yield return piece;
        }
        yield return Text($"\r\n--{_boundary}--\r\n");
    }
}
