using System.Buffers;
using System.Globalization;
using MailModule.Authentication.Dkim;
using MailModule.Authentication.Results;

namespace MailModule.Authentication.Arc;

/// <summary>
/// Seals a message that goes by and is sent on (RFC 8617 §5.1): what was found out when it came is told to those who
/// get it next, with our signature. The message must be as it will be sent. One thread at a time.
/// </summary>
/// <param name="key">Null: nothing is sealed.</param>
/// <param name="authServId">Our name in Authentication-Results.</param>
internal sealed class ArcSealing(DkimKey? key, string authServId, TimeProvider time) : IMessageWatcher
{
    private const string SignatureName = "DKIM-Signature";

    private readonly HeaderDigest _digest = new(Canonicalization.Relaxed);
    private ArcChain? _chain;
    private HeaderSection? _header;
    private OwnResults _results;
    private IReadOnlyList<string> _names = [];
    private BodyHash? _body;

    /// <summary>What stands behind the authserv-id in Authentication-Results; null: what the message's own fields of
    /// our name say.</summary>
    public string? Results { get; init; }

    /// <summary>Which fields are signed; null: those that DKIM signs, and its signatures.</summary>
    public IReadOnlyList<string>? SignedFields { get; init; }

    /// <summary>Once the header is over: fields will be written.</summary>
    public bool IsSealed => _body is not null;

    /// <summary>Why the message is not sealed, for a human; empty: it is, or nobody has asked for it.</summary>
    public string Reason { get; private set; } = "";

    public void HeaderEnded(HeaderSection header, BodyHashes hashes)
    {
        if (key is null)
            return;
        _header = header;
        _chain = new ArcChain(header);
        _results = Results is { } given ? OwnResults.OfText(given) : OwnResults.Of(header, authServId);
        Reason = WhyNot(header);
        if (Reason.Length == 0)
            _body = hashes.Add(Canonicalization.Relaxed);
    }

    /// <summary>
    /// Writes the three fields of a new set, whole, each with its CRLF, to be put in front of the message; nothing
    /// where it is not sealed. When the message has been passed whole.
    /// </summary>
    public void WriteFields(IBufferWriter<byte> output)
    {
        if (_body is null)
            return;
        byte[] results = ResultsField();
        SealField message = MessageField();
        byte[] signature = Sign(fields =>
        {
            fields.AddNamed(_header!, _names);
            fields.AddLast(message.Unsigned());
        });
        byte[] signed = message.Signed(signature);
        SealField seal = SealFieldOf();
        byte[] sealing = signature.Length == 0 ? [] : Sign(fields =>
        {
            // RFC 8617 §5.1.2: of a chain that failed nothing is sealed but what we say of it
            if (Validation != "fail")
                SealedFields.Add(fields, _header!, _chain!.Sets);
            fields.Add(results);
            fields.Add(signed);
            fields.AddLast(seal.Unsigned());
        });
        if (sealing.Length == 0)
            return;
        foreach (byte[] field in (byte[][])[seal.Signed(sealing), signed, results])
        {
            output.Write(field);
            output.Write("\r\n"u8);
        }
    }

    private int Instance => _chain!.Instances + 1;

    private string Validation => _results.Chain.Length > 0 ? _results.Chain : "none";

    private string WhyNot(HeaderSection header)
    {
        string wrong = header.Problem.Length > 0 ? header.Problem
            : _results.Text.Length == 0 ? "nothing was found out when it came"
            : _results.IsTooLong ? "what was found out is too long" : WhyNoChain();
        if (wrong.Length > 0)
            return wrong;
        _names = SignedFields ?? [];
        return SignedFields is not null || TryChoose(header) ? "" : "there are too many fields to sign";
    }

    // What was found out must be about the chain that is there.
    private string WhyNoChain()
        => Validation switch
        {
            "none" => _chain!.HasFields ? "it has fields of ARC that nobody has looked at" : "",
            "pass" => _chain!.Sets.Count == 0 ? "the chain that passed is not there"
                : Instance > ArcChain.InstanceLimit ? "the chain is as long as it may be" : "",
            "fail" => WhyNoMark(),
            _ => "what the chain is worth was not found out",
        };

    // RFC 8617 §5.1.2: that it failed is said once
    private string WhyNoMark()
        => _chain!.Instances == 0 || Instance > ArcChain.InstanceLimit ? "the chain has no instance to go on from"
            : _chain.Sets.Count > 0 && ArcSignature.ReadSeal(_header!, _chain.Sets[^1].Seal).Validation == "fail"
                ? "the chain is marked as failed already" : "";

    private bool TryChoose(HeaderSection header)
    {
        if (!SignedFieldNames.TryChoose(header, out IReadOnlyList<string> names))
            return false;
        // RFC 8617 §4.1.2: signatures of DKIM are signed; Authentication-Results, which others take out, are not. Nor
        // are fields of lists: a message goes on from list to list in one host, which seals it once.
        _names =
        [
            .. names.Where(name => !name.StartsWith("List-", StringComparison.Ordinal)),
            .. Enumerable.Repeat(SignatureName, header.CountOf(SignatureName)),
        ];
        return _names.Count <= SignedFieldNames.Limit;
    }

    private byte[] ResultsField()
    {
        var text = new ArrayBufferWriter<byte>();
        FieldText field = new FieldText(text, ArcChain.ResultsName + ":")
            .Word($"i={Number(Instance)};").Word($"{FieldValue.Domain(authServId)};");
        foreach (string word in _results.Text.Split(' '))
            field.Word(word);
        return text.WrittenSpan.ToArray();
    }

    private SealField MessageField() => Common(ArcChain.MessageName)
        .Add("bh", Convert.ToBase64String(_body!.Value))
        .Add("c", "relaxed/relaxed")
        .Add("h", string.Join(':', _names));

    private SealField SealFieldOf() => Common(ArcChain.SealName).Add("cv", Validation);

    private SealField Common(string name) => new SealField(name)
        .Add("a", key!.Key.Algorithm)
        .Add("d", key.Domain)
        .Add("i", Number(Instance))
        .Add("s", key.Selector)
        .Add("t", Number(time.GetUtcNow().ToUnixTimeSeconds()));

    private byte[] Sign(Action<HeaderDigest> add)
    {
        add(_digest);
        byte[] digest = new byte[HeaderDigest.Size];
        _digest.Finish(digest);
        byte[] signature = key!.Key.Sign(digest);
        if (signature.Length == 0)
            Reason = $"the key {key.Selector}._domainkey.{key.Domain} could not sign";
        return signature;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
