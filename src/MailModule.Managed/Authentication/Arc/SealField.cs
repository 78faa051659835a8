using System.Buffers;

namespace MailModule.Authentication.Arc;

/// <summary>
/// A field of a list of tags under way, whose b= stands before others and comes last: all tags in the order of their
/// names, which makes what is signed the same for whoever writes it so. Folded as RFC 5322 §2.1.1 asks where that can
/// be.
/// </summary>
internal sealed class SealField(string name)
{
    // The seal covers the folds of the message signature: these lines are those of dkimpy and of the suite of vectors.
    private const int SignatureLineLimit = 73;

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
        var text = new ArrayBufferWriter<byte>();
        var field = new FieldText(text, name + ":");
        string before = "";
        foreach ((string tag, string value) in _tags)
        {
            if (before.Length > 0)
                field.Join(";");
            string[] parts = tag == "h" ? value.Split(':') : [value];
            // What is behind b= is folded alike with a signature and without.
            if (tag == "b" || before == "b")
                field.OnNewLine($"{tag}={parts[0]}");
            else
                field.Word($"{tag}={parts[0]}");
            foreach (string part in parts.Skip(1))
                field.JoinOrFold(":" + part);
            if (tag == "b")
                field.Divided(Convert.ToBase64String(signature), SignatureLineLimit);
            before = tag;
        }
        return text.WrittenSpan.ToArray();
    }
}
