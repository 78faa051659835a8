using System.Text;
using MailModule.Authentication.Dkim;

namespace MailModule.Authentication.Arc;

/// <summary>One ARC-Message-Signature or ARC-Seal field, read. Cannot be changed.</summary>
/// <param name="Index">Of the field.</param>
/// <param name="Signature">Null: something is wrong.</param>
/// <param name="Problem">What, for a human; empty: nothing.</param>
internal sealed record ArcSignature(int Index, DkimSignature? Signature, string Problem)
{
    /// <summary>cv= of a seal, in small letters.</summary>
    public string Validation { get; private init; } = "";

    /// <summary>Reads an ARC-Message-Signature, which is much like a DKIM-Signature (RFC 8617 §4.1.2).</summary>
    public static ArcSignature ReadMessage(HeaderSection header, int index)
    {
        if (!TryReadTags(header, index, out TagList tags))
            return NotTags(index, ArcChain.MessageName);
        var reader = new SignatureReader(tags, isArc: true);
        DkimSignature signature = reader.Read();
        return Of(index, ArcChain.MessageName, reader, signature);
    }

    /// <summary>Reads an ARC-Seal (RFC 8617 §4.1.3).</summary>
    public static ArcSignature ReadSeal(HeaderSection header, int index)
    {
        if (!TryReadTags(header, index, out TagList tags))
            return NotTags(index, ArcChain.SealName);
        var reader = new SignatureReader(tags, isArc: true);
        DkimSignature signature = reader.ReadSeal();
        return Of(index, ArcChain.SealName, reader, signature) with
        {
            Validation = (tags.Find("cv") ?? "").ToLowerInvariant(),
        };
    }

    private static bool TryReadTags(HeaderSection header, int index, out TagList tags)
        => TagList.TryParse(Encoding.Latin1.GetString(header.Value(index)), out tags);

    private static ArcSignature NotTags(int index, string name) => new(index, null, $"{name} is not a list of tags");

    private static ArcSignature Of(int index, string name, SignatureReader reader, DkimSignature signature)
    {
        string problem = reader.Fault;
        return reader.Result == AuthResult.None
            ? new ArcSignature(index, signature, "")
            : new ArcSignature(index, null, $"{name}: {problem}");
    }
}
