using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Smtp.Client;

// AUTH (RFC 4954), the strongest mechanism first, the next where one is not known after all.
internal sealed partial class SmtpClientSession
{
    /// <summary>
    /// RFC 4954 §4: an initial response that makes the line longer than this comes after an empty challenge.
    /// </summary>
    private const int InitialResponseLimit = 480;

    private Queue<ISaslMechanism>? _mechanisms;
    private ISaslMechanism? _mechanism;
    private byte[]? _heldBack;
    private byte[] _challenge = [];
    private byte[]? _response;

    private bool MaySendPassword => IsTls || _options.AllowsClearPassword;

    private void LogIn(Output output)
    {
        if (_options.Login is not { } login)
        {
            BeginNext(output);
            return;
        }
        List<ISaslMechanism> offered = SaslMechanisms.OfferedBy(Extensions.LoginMechanisms, login);
        _mechanisms = new Queue<ISaslMechanism>(offered.Where(mechanism => MaySendPassword || !mechanism.IsClearText));
        if (_mechanisms.Count == 0 && offered.Count > 0)
            QuitAfterLogin(Fault.Tls, null, output, "the password would have to go in clear text: there is no TLS");
        else
            TryNextMechanism(output);
    }

    private void TryNextMechanism(Output output)
    {
        if (!_mechanisms!.TryDequeue(out _mechanism))
        {
            QuitAfterLogin(Fault.RefusedPermanent, null, output, "the server offers no way to log in that we know");
            return;
        }
        byte[]? initial = _mechanism.Begin();
        output.Write("AUTH "u8);
        output.Write(_mechanism.Name);
        _heldBack = initial?.Length * 4 / 3 > InitialResponseLimit ? initial : null;
        if (initial is not null && _heldBack is null)
        {
            output.Write(" "u8);
            // RFC 4954 §4: an initial response of no octets is a single equals sign
            WriteBase64(initial, "="u8, output);
        }
        output.Write("\r\n"u8);
        _awaited.Enqueue((Await.Auth, -1));
    }

    private void OnAuthReply(Reply reply, Output output)
    {
        // RFC 4954 §6: 504 the mechanism is not known, 534 too weak, 538 not without TLS
        if (reply.Code == 334)
            OnChallenge(reply, output);
        else if (reply.Code is 504 or 534 or 538 && _mechanisms!.Count > 0)
            TryNextMechanism(output);
        else if (reply.Code != 235)
            QuitAfterLogin(FaultOf(reply), reply, output, "the server refuses the login");
        else if (_mechanism!.MayBelieveSuccess)
            BeginNext(output);
        else
            QuitAfterLogin(Fault.Protocol, reply, output,
                "the server takes the login without the proof that it knows the password");
    }

    private void OnChallenge(Reply reply, Output output)
    {
        if (reply.Lines.Count != 1 || !SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(reply.Lines[0]), out _challenge))
        {
            CancelLogin(reply, output);
            return;
        }
        _mode = Mode.Challenge;
        _owner.Challenged(this);
    }

    private void SendChallengeResponse(Output output)
    {
        _mode = Mode.Dialogue;
        if (_response is not { } response)
        {
            CancelLogin(null, output);
            return;
        }
        WriteBase64(response, default, output);
        output.Write("\r\n"u8);
        _awaited.Enqueue((Await.Auth, -1));
    }

    // RFC 4954 §4: a line with a single "*" cancels
    private void CancelLogin(Reply? reply, Output output)
    {
        output.Write("*\r\n"u8);
        QuitAfterLogin(Fault.Protocol, reply, output,
            $"the server's part in {_mechanism!.Name} is wrong: it breaks the exchange, or does not know the password");
    }

    private void QuitAfterLogin(Fault fault, Reply? reply, Output output, string text)
    {
        Stage = SmtpStage.Auth;
        QuitWith(fault, reply, output, text);
    }

    /// <summary>
    /// For the owner, after <see cref="ISmtpClientOwner.Challenged"/>: works out the response to the challenge.
    /// May take long.
    /// </summary>
    public void ComputeResponse()
    {
        byte[]? answer = _heldBack;
        _heldBack = _response = null;
        _response = answer is not null && _challenge.Length == 0 || TryAnswer(out answer) ? answer : null;
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
            return false; // the system's policy forbids the hash
        }
    }

    private static void WriteBase64(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> none, Output output)
    {
        if (octets.IsEmpty)
        {
            output.Write(none);
            return;
        }
        Base64.EncodeToUtf8(octets, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(octets.Length)), out _,
            out int written);
        output.Advance(written);
    }
}
