using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Primitives.Os;

namespace MailModule.Authentication.Arc;

/// <summary>
/// Validates the ARC chain of a message that goes by (RFC 8617 §5.2). Its steps: the header ends,
/// <see cref="BeginLookUps"/> from then on, the message ends, <see cref="Complete"/>. One thread at a time; a message
/// may be dropped at any point.
/// </summary>
internal sealed class ArcValidation(TimeProvider time) : IMessageWatcher
{
    /// <summary>How far clocks may be apart, for t= and x= of a message's signature.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(300);

    private readonly ArcKeys _keys = new();
    private readonly List<ArcSignature> _messages = [];
    private readonly List<ArcSignature> _seals = [];
    private readonly List<BodyHash?> _bodies = [];
    private HeaderSection? _header;
    private ArcChain? _chain;
    private ArcResult _found = new(AuthResult.None);

    /// <summary>There are keys to ask for.</summary>
    public bool HasChain => _chain is not null && _found.Result == AuthResult.None && _seals.Count > 0;

    public void HeaderEnded(HeaderSection header, BodyHashes hashes)
    {
        _header = header;
        _chain = new ArcChain(header);
        _found = _found with { Instances = _chain.Instances };
        if (_chain.Fault.Length > 0)
            Fail(_chain.Fault);
        foreach (ArcSet set in _chain.Sets)
            Read(set, hashes);
        if (_seals.Count == 0)
            return;
        _found = _found with
        {
            Sealers = [.. _seals.Select(seal => seal.Signature?.Domain ?? "")],
            Selector = _seals[^1].Signature?.Selector ?? "",
            Reported = [.. _chain.Sets.Select(_chain.ReportOf)],
        };
        CheckStructure();
    }

    /// <summary>Asks for all keys at once, without waiting. Once the header is over; once.</summary>
    /// <param name="cancel">What was not answered by then is a temporary error.</param>
    public void BeginLookUps(IDns dns, CancellationToken cancel)
    {
        if (!HasChain)
            return;
        foreach (ArcSignature signature in _messages.Concat(_seals))
            _keys.Add(signature.Signature);
        _keys.Ask(dns, cancel);
    }

    /// <summary>What the chain is worth. When the message has been passed whole.</summary>
    public async ValueTask<ArcResult> Complete()
    {
        if (!HasChain)
            return _found;
        if (!OpenSsl.IsThere)
            return _found with { Result = AuthResult.TempError, Text = OpenSsl.Missing };
        // RFC 8617 §5.2 step 4: the message as the last host has sent it on
        int last = _messages.Count;
        KeyCheck check = await CheckMessage(last).ConfigureAwait(false);
        if (check.Result != AuthResult.Pass)
            return Failed(check, $"{ArcChain.MessageName} i={last}");
        // step 6: the newest seal first
        for (int instance = last; instance > 0; instance--)
        {
            check = await CheckSeal(instance).ConfigureAwait(false);
            if (check.Result != AuthResult.Pass)
                return Failed(check, $"{ArcChain.SealName} i={instance}");
        }
        return _found with
        {
            Result = AuthResult.Pass,
            IsBodyLonger = IsLonger(_messages[^1], _bodies[^1]!),
            OldestPass = await FindOldest().ConfigureAwait(false),
        };
    }

    private void Read(ArcSet set, BodyHashes hashes)
    {
        ArcSignature message = ArcSignature.ReadMessage(_header!, set.Message);
        _messages.Add(message);
        _seals.Add(ArcSignature.ReadSeal(_header!, set.Seal));
        _bodies.Add(
            message.Signature is { } signature ? hashes.Add(signature.BodyForm, signature.SignedLength) : null);
    }

    // RFC 8617 §5.2 steps 2 and 3. The signatures of earlier messages may be wrong: they are looked at last.
    private void CheckStructure()
    {
        if (_seals[^1].Validation == "fail")
            Fail($"the chain failed at i={_seals.Count} already");
        for (int i = 0; i < _seals.Count; i++)
        {
            string expected = i == 0 ? "none" : "pass";
            if (_seals[i].Problem.Length > 0)
                Fail($"i={i + 1}: {_seals[i].Problem}");
            else if (_seals[i].Validation != expected)
                Fail($"{ArcChain.SealName} i={i + 1} has no cv={expected}");
        }
        if (_messages[^1].Problem.Length > 0)
            Fail($"i={_messages.Count}: {_messages[^1].Problem}");
    }

    private void Fail(string text)
    {
        if (_found.Result == AuthResult.None)
            _found = _found with { Result = AuthResult.Fail, Text = text };
    }

    private ArcResult Failed(KeyCheck check, string field) => _found with
    {
        Result = check.Result == AuthResult.TempError ? AuthResult.TempError : AuthResult.Fail,
        Text = $"{field}: {check.Text}",
    };

    private static bool IsLonger(ArcSignature message, BodyHash body)
        => message.Signature is { SignedLength: >= 0 and var length } && body.BodyLength > length;

    // RFC 8617 §5.2 step 5
    private async ValueTask<int> FindOldest()
    {
        for (int instance = _messages.Count - 1; instance > 0; instance--)
            if ((await CheckMessage(instance).ConfigureAwait(false)).Result != AuthResult.Pass)
                return instance + 1;
        return 0;
    }

    private async ValueTask<KeyCheck> CheckMessage(int instance)
    {
        ArcSignature message = _messages[instance - 1];
        if (message.Signature is not { } signature || _bodies[instance - 1] is not { } body)
            return new KeyCheck(AuthResult.Fail, message.Problem);
        AuthResult inTime = SignatureReader.CheckTime(signature, time.GetUtcNow(), s_skew, out string fault);
        if (inTime != AuthResult.None)
            return new KeyCheck(inTime, fault);
        if (!body.Value.SequenceEqual(signature.BodyHash))
            return new KeyCheck(AuthResult.Fail, "the body is not the one that was signed");
        var fields = new HeaderDigest(signature.HeaderForm);
        fields.AddNamed(_header!, signature.Names, leftOut: message.Index);
        fields.AddUnsigned(_header!, message.Index, signature.SignatureTag);
        return await Check(signature, fields).ConfigureAwait(false);
    }

    private ValueTask<KeyCheck> CheckSeal(int instance)
    {
        ArcSignature seal = _seals[instance - 1];
        var fields = new HeaderDigest(Canonicalization.Relaxed);
        SealedFields.Add(fields, _header!, _chain!.Sets.Take(instance - 1));
        ArcSet own = _chain.Sets[instance - 1];
        fields.Add(_header!.Field(own.Results));
        fields.Add(_header.Field(own.Message));
        fields.AddUnsigned(_header, seal.Index, seal.Signature!.SignatureTag);
        return Check(seal.Signature, fields);
    }

    private ValueTask<KeyCheck> Check(DkimSignature signature, HeaderDigest fields)
    {
        byte[] digest = new byte[HeaderDigest.Size];
        fields.Finish(digest);
        return _keys.Check(signature, digest);
    }
}
