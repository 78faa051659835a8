using System.Text;

namespace MailModule.Authentication.Arc;

/// <summary>
/// A field of a list of tags under way, whose b= stands before others and comes last: all tags in the order of their
/// names, which makes what is signed the same for whoever writes it so. Folded as RFC 5322 §2.1.1 asks where that can
/// be.
/// </summary>
internal sealed class SealField(string name)
{
    private const int LineLength = 78;

    /// <summary>Characters of b= on a line.</summary>
    private const int DividedLength = 72;

    // A blank and no tab: dkimpy finds a set by " i=1;".
    private const string Fold = "\r\n ";

    private readonly SortedDictionary<string, string> _tags = new(StringComparer.Ordinal) { ["b"] = "" };

    public SealField Add(string tag, string value)
    {
        _tags[tag] = value;
        return this;
    }

    /// <summary>As it is signed, and without a line end behind it: b= is empty.</summary>
    public byte[] Unsigned() => Write([]);

    /// <summary>As it goes into the message, without a line end behind it.</summary>
    public byte[] Signed(byte[] signature) => Write(signature);

    private byte[] Write(byte[] signature)
    {
        var text = new StringBuilder(name).Append(':');
        int lineStart = 0;
        bool mustFold = false;
        foreach ((string tag, string value) in _tags)
        {
            bool isSignature = tag == "b";
            string blank = " ";
            // White space between tags, and in b= and h=, means nothing.
            foreach (string piece in PiecesOf(tag, isSignature ? Convert.ToBase64String(signature) : value))
            {
                mustFold |= isSignature || text.Length - lineStart + blank.Length + piece.Length > LineLength;
                text.Append(mustFold ? Fold : blank).Append(piece);
                if (mustFold)
                    lineStart = text.Length - piece.Length - 1;
                (blank, mustFold) = ("", false);
            }
            mustFold = isSignature;
        }
        return Encoding.ASCII.GetBytes(text.ToString(0, text.Length - 1)); // no semicolon behind the last
    }

    private static IEnumerable<string> PiecesOf(string tag, string value) => tag switch
    {
        "b" => Divide($"b={value};"),
        "h" => $"h={value};".Split(':') is var names
            ? names.Select((one, index) => index < names.Length - 1 ? one + ":" : one) : [],
        _ => [$"{tag}={value};"],
    };

    private static IEnumerable<string> Divide(string text)
    {
        while (text.Length > DividedLength + 1)
        {
            yield return text[..DividedLength];
            text = text[DividedLength..];
        }
        yield return text;
    }
}
