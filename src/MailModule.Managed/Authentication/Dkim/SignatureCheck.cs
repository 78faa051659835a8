using MailModule.Dns;
using MailModule.Primitives.Os;

namespace MailModule.Authentication.Dkim;

/// <summary>The check of one DKIM-Signature field, step by step (RFC 6376 §6.1). One thread at a time.</summary>
internal sealed class SignatureCheck
{
    private readonly HeaderSection _header;
    private readonly int _index;
    private readonly SignedField _field;

    /// <summary>Null: something is wrong already.</summary>
    private readonly BodyHash? _body;
    private Task<KeyAnswer>? _key;

    /// <param name="index">Of the field.</param>
    public SignatureCheck(HeaderSection header, int index, BodyHashes hashes, DateTimeOffset now)
    {
        _header = header;
        _index = index;
        _field = SignedField.Read(header, index, now);
        if (_field.Signature is { } signature)
            _body = hashes.Add(signature.BodyForm, signature.SignedLength);
    }

    /// <inheritdoc cref="SignedField.SignatureText"/>
    public string SignatureText(int limit = int.MaxValue) => _field.SignatureText(limit);

    /// <summary>Asks for the key, where the signature needs one.</summary>
    public void BeginLookUp(IDns dns, CancellationToken cancel)
    {
        if (_field.Signature is { } signature)
            _key = KeyQuestion.Ask(dns, signature.Selector, signature.Domain, cancel);
    }

    /// <summary>The result, once the message has been passed whole. Waits for the key alone.</summary>
    public async ValueTask<DkimResult> Complete()
    {
        if (_field.Signature is not { } signature || _body is null)
            return _field.Found;
        KeyCheck check = CheckBody(signature, _body);
        if (check.Result == AuthResult.None)
            check = _key is null
                ? new KeyCheck(AuthResult.TempError, "nobody has asked for the key")
                : CheckKey(signature, await _key.ConfigureAwait(false));
        return Result(check, _body.BodyLength > signature.SignedLength && signature.SignedLength >= 0);
    }

    // RFC 6376 §6.1.3. A body that was changed is final, whatever becomes of the key.
    private static KeyCheck CheckBody(DkimSignature signature, BodyHash body)
        => !OpenSsl.IsThere ? new KeyCheck(AuthResult.TempError, OpenSsl.Missing)
            // RFC 6376 §3.5: l= is not more than there is
            : body.BodyLength < signature.SignedLength
                ? new KeyCheck(AuthResult.PermError, "l= is beyond the body's end")
            : !body.Value.SequenceEqual(signature.BodyHash)
                ? new KeyCheck(AuthResult.Fail, "the body is not the one that was signed") : default;

    private KeyCheck CheckKey(DkimSignature signature, KeyAnswer key)
    {
        if (key.Result != AuthResult.None)
            return new KeyCheck(key.Result, key.Text);
        var fields = new HeaderDigest(signature.HeaderForm);
        fields.AddNamed(_header, signature.Names, leftOut: _index);
        fields.AddUnsigned(_header, _index, signature.SignatureTag);
        Span<byte> digest = stackalloc byte[HeaderDigest.Size];
        fields.Finish(digest);
        return KeyCheck.Of(key, signature, digest, _field.IsBelow);
    }

    private DkimResult Result(KeyCheck check, bool isBodyLonger) => _field.Found with
    {
        Result = check.Result,
        Text = check.Text.Length == 0 && isBodyLonger ? "the body goes on behind what is signed of it" : check.Text,
        KeyBits = check.Bits,
        IsTesting = check.IsTesting,
        IsBodyLonger = isBodyLonger,
    };
}
