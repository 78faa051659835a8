using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

/// <summary>How far a login has come.</summary>
internal enum LoginStep
{
    /// <summary>A reply is awaited.</summary>
    Asked,
    /// <summary>
    /// <see cref="LoginExchange.ComputeResponse"/> is next, which may take long, then
    /// <see cref="LoginExchange.SendResponse"/>.
    /// </summary>
    Challenged,
    Done,
    /// <summary>
    /// See <see cref="LoginExchange.Failure"/>. No reply is awaited, save the one to a cancelled exchange
    /// (<see cref="SmtpDialogue.AwaitsReply"/>).
    /// </summary>
    Failed,
}

/// <summary>
/// A login (RFC 4954) over a dialogue: by the first of the mechanisms, or the next where the server refuses one for
/// good (it does not know it after all, or has this user's password for another only) or where this machine cannot do
/// one. Behind an exchange that the server breaks nothing follows (decision 0050). Which mechanisms may be used (a
/// password in clear text) is the caller's matter, and so is what follows a failure.
/// </summary>
internal sealed class LoginExchange(SmtpDialogue dialogue, IEnumerable<ISaslMechanism> mechanisms)
{
    /// <summary>
    /// RFC 4954 §4: an initial response that makes the line longer than this comes after an empty challenge.
    /// </summary>
    private const int InitialResponseLimit = 480;

    private readonly Queue<ISaslMechanism> _mechanisms = new(mechanisms);
    private ISaslMechanism? _mechanism;
    private byte[]? _heldBack;
    private byte[] _challenge = [];
    private byte[]? _response;
    private (Reply Reply, string Text)? _refusal;

    /// <summary>This machine's policy forbids the mechanism; the reply to its cancellation is awaited.</summary>
    private bool _isForbidden;

    /// <summary>Why it failed; null before.</summary>
    public DialogueEnd? Failure { get; private set; }

    public LoginStep Begin(Output output)
    {
        if (!_mechanisms.TryDequeue(out _mechanism))
            return Fail(Fault.RefusedPermanent, null, "the server offers no way to log in that we know");
        Fault fault = _mechanism.Begin(out byte[]? initial);
        if (fault != Fault.None)
            return OnImpossible(fault, output);
        _heldBack = initial?.Length * 4 / 3 > InitialResponseLimit ? initial : null;
        dialogue.Auth(_mechanism.Name, _heldBack is null ? initial : null, output);
        return LoginStep.Asked;
    }

    public LoginStep OnReply(Reply reply, Output output)
    {
        if (_isForbidden)
            return BeginNext(output);
        if (reply.Code == 334)
            return OnChallenge(reply, output);
        // RFC 4954 §6: 504 the mechanism is not known, 534 too weak, 535 refused, 538 not without TLS
        if (reply.Code >= 500)
            return OnRefusal(reply, output);
        if (reply.Code != 235)
            return Fail(AttemptResult.FaultOf(reply), reply, reply.Code >= 400 ? RefusalText : OddAnswerText(reply));
        return _mechanism!.MayBelieveSuccess
            ? LoginStep.Done
            : Fail(Fault.Protocol, reply, "the server takes the login without the proof that it knows the password");
    }

    /// <summary>
    /// Works out the response to the challenge. May take long (a slow hash): may be called on another thread, while the
    /// dialogue waits for it.
    /// </summary>
    public void ComputeResponse()
    {
        byte[]? response = _heldBack;
        _heldBack = _response = null;
        bool isAskedFor = _challenge.Length == 0 || _mechanism!.IsPrompted;
        _response = response is not null && isAskedFor || TryAnswer(out response) ? response : null;
    }

    public LoginStep SendResponse(Output output)
    {
        if (_response is not { } response)
            return _isForbidden ? Withdraw(output) : Cancel(null, output);
        dialogue.RespondToChallenge(response, output);
        return LoginStep.Asked;
    }

    private string RefusalText
        => _mechanism!.Failure.Length > 0
            ? $"the server refuses the login: {_mechanism.Failure}"
            : "the server refuses the login";

    private static string OddAnswerText(Reply reply)
        => $"the server answers the login with {reply.Code}, which is neither its success (235) nor a refusal";

    private LoginStep BeginNext(Output output)
    {
        _isForbidden = false;
        return Begin(output);
    }

    // Nothing has been said: a server has no part in this.
    private LoginStep OnImpossible(Fault fault, Output output)
        => _mechanisms.Count > 0 ? Begin(output)
            : _refusal is { } refusal ? Fail(Fault.RefusedPermanent, refusal.Reply, refusal.Text)
            : Fail(fault, null, $"{_mechanism!.Name}: {_mechanism.Failure}");

    // That the password is wrong tells more than that a mechanism is not known.
    private LoginStep OnRefusal(Reply reply, Output output)
    {
        if (_refusal is not { Reply.Code: 535 } || reply.Code == 535)
            _refusal = (reply, RefusalText);
        (Reply told, string text) = _refusal.Value;
        if (_mechanisms.Count == 0)
            return Fail(Fault.RefusedPermanent, told, text);
        dialogue.ContinueAfter(told, told.Code == 535 ? Fault.RefusedPermanent : Fault.Closed);
        return Begin(output);
    }

    // There are servers whose prompts are plain text.
    private LoginStep OnChallenge(Reply reply, Output output)
    {
        bool isRead = reply.Lines.Count == 1
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(reply.Lines[0]), out _challenge);
        if (!isRead && !_mechanism!.IsPrompted)
            return Cancel(reply, output);
        if (!isRead)
            _challenge = [];
        return LoginStep.Challenged;
    }

    private LoginStep Cancel(Reply? reply, Output output)
    {
        dialogue.CancelAuth(output);
        string words = _mechanism!.Failure.Length > 0 ? $": {_mechanism.Failure}" : "";
        return Fail(Fault.Protocol, reply,
            $"the server's part in {_mechanism.Name} is wrong: it breaks the exchange, or does not know the password"
                + words);
    }

    private LoginStep Withdraw(Output output)
    {
        dialogue.CancelAuth(output);
        return _mechanisms.Count > 0
            ? LoginStep.Asked
            : Fail(Fault.NotSupported, null, $"this machine's cryptography does not allow {_mechanism!.Name}");
    }

    private LoginStep Fail(Fault fault, Reply? reply, string text)
    {
        Failure = new DialogueEnd(fault, reply, text);
        return LoginStep.Failed;
    }

    private bool TryAnswer(out byte[]? answer)
    {
        answer = null;
        try
        {
            return _mechanism!.TryAnswer(_challenge, out answer);
        }
        catch (CryptographicException)
        {
            _isForbidden = true; // the system's policy forbids the hash
            return false;
        }
    }
}
