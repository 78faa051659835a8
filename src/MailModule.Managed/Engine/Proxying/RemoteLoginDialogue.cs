using System.Text;
using MailModule.Mail;
using MailModule.Mail.Logins;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>What a login at the other server waits for.</summary>
internal enum RemoteLoginStep
{
    /// <summary>Octets of the server.</summary>
    Input,
    /// <summary>The handshake; then it goes on.</summary>
    StartTls,
    /// <summary>Nothing: see <see cref="RemoteLoginDialogue.Outcome"/>.</summary>
    Over,
}

/// <summary>
/// A login at another POP3 server, with TLS where it is offered: CAPA, STLS, CAPA once more, and the ways to log in as
/// a client of the host tries them (decision 0075). Pure.
/// </summary>
internal sealed class RemoteLoginDialogue(ProxiedLogin login, RemoteLoginRules rules, Pop3Trace? trace)
{
    /// <summary>Octets of an answer to CAPA.</summary>
    private const int CapabilityLimit = 32 * 1024;

    private const string NoTls = "there is no TLS, and the password does not go there in clear text";

    private readonly Pop3Dialogue _pop3 = new() { Trace = trace };
    private readonly List<byte> _lines = [];
    private LoginWays _ways = new(false);
    private Pop3LoginExchange? _exchange;
    private Stage _stage = Stage.Greeting;

    private enum Stage
    {
        Greeting,
        Capabilities,
        Stls,
        Utf8,
        Login,
        User,
        Pass,
    }

    /// <summary>Null until it is over.</summary>
    public RemoteLoginOutcome? Outcome { get; private set; }

    /// <summary>The next answer may be computed with for long, which is no I/O thread's.</summary>
    public bool MayCompute => _exchange is not null;

    /// <param name="input">What the server has sent, from where the last call left it.</param>
    /// <param name="peer">How the way there is protected by now.</param>
    public RemoteLoginStep Advance(ref ReadOnlySpan<byte> input, IPeer peer, Output output)
    {
        if (_pop3.IsInHandshake)
        {
            _pop3.TlsStarted();
            AskCapabilities(output);
        }
        while (Outcome is null && !_pop3.IsInHandshake)
        {
            if (_pop3.IsInContent)
            {
                if (!ReadCapabilities(ref input))
                    return Outcome is null ? RemoteLoginStep.Input : RemoteLoginStep.Over;
                OnCapabilities(peer, output);
                continue;
            }
            Pop3Read read = _pop3.Read(ref input, out Pop3Reply reply);
            if (read == Pop3Read.NeedMore)
                return RemoteLoginStep.Input;
            if (read == Pop3Read.Ended)
                End(_pop3.End!.Reply is { } last ? $"it says: {last.Text}" : _pop3.End.Text);
            else
                OnReply(reply, peer, output);
        }
        // RFC 2595 §4: what comes in clear behind the answer to STLS is not the server's, or the server is none to
        // trust; and behind the login nobody has asked it anything.
        if (!input.IsEmpty && Outcome is null or { IsAccepted: true })
            Outcome = RemoteLoginOutcome.Failed(login.Server, "it answered before it was asked");
        return Outcome is null ? RemoteLoginStep.StartTls : RemoteLoginStep.Over;
    }

    /// <summary>The connection has ended before.</summary>
    public RemoteLoginOutcome Lost(string why)
    {
        End(_pop3.IsInHandshake ? $"no TLS: {why}" : why);
        return Outcome!;
    }

    private void OnReply(Pop3Reply reply, IPeer peer, Output output)
    {
        bool isOk = reply.Status == Pop3Status.Ok;
        switch (_stage)
        {
            case Stage.Greeting when isOk:
                AskCapabilities(output);
                break;
            case Stage.Greeting:
                Outcome = RemoteLoginOutcome.Failed(login.Server, $"it says: {reply.Text}");
                break;
            case Stage.Capabilities when isOk:
                break; // its lines follow
            case Stage.Capabilities:
                _pop3.Capabilities = Pop3Capabilities.None;
                BeginLogin(peer, output);
                break;
            case Stage.Stls when isOk:
                break; // the handshake follows
            case Stage.Stls:
                BeginLogin(peer, output);
                break;
            case Stage.Utf8:
                TryNextWay(output);
                break;
            case Stage.Login when _exchange is { } exchange:
                OnExchange(exchange.OnReply(reply, output), exchange, reply, output);
                break;
            case Stage.User when isOk:
                _stage = Stage.Pass;
                _pop3.Say($"PASS {login.RemotePassword}", Pop3AnswerForm.OneLine, output);
                break;
            case Stage.User:
                OnLogin(reply, isOk: false, isTried: false, output);
                break;
            default:
                OnLogin(reply, isOk, isTried: true, output);
                break;
        }
    }

    private void AskCapabilities(Output output)
    {
        _stage = Stage.Capabilities;
        _lines.Clear();
        _pop3.Say("CAPA", Pop3AnswerForm.ManyLines, output);
    }

    /// <summary>False: there is more to come, or too much.</summary>
    private bool ReadCapabilities(ref ReadOnlySpan<byte> input)
    {
        byte[] piece = new byte[512];
        bool isEnd = false;
        while (!isEnd)
        {
            int count = _pop3.ReadContent(ref input, piece, out isEnd);
            if (count == 0 && !isEnd)
                return false;
            _lines.AddRange(piece.AsSpan(0, count));
            if (_lines.Count <= CapabilityLimit)
                continue;
            Fail("its answer to CAPA has no end");
            return false;
        }
        return true;
    }

    private void OnCapabilities(IPeer peer, Output output)
    {
        string text = Encoding.UTF8.GetString([.. _lines]);
        _pop3.Capabilities = new Pop3Capabilities(
            text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (peer.IsTls || !_pop3.Capabilities.Has("STLS") || !OpenSsl.IsThere)
        {
            BeginLogin(peer, output);
            return;
        }
        _stage = Stage.Stls;
        _pop3.Say("STLS", Pop3AnswerForm.OneLine, output);
    }

    // RFC 6856 §2: UTF8 is said before the login, or not at all
    private void BeginLogin(IPeer peer, Output output)
    {
        FindWays(peer);
        if (!rules.IsUtf8 || !_pop3.Capabilities.Has("UTF8"))
        {
            TryNextWay(output);
            return;
        }
        _stage = Stage.Utf8;
        _pop3.Say("UTF8", Pop3AnswerForm.OneLine, output);
    }

    private void FindWays(IPeer peer)
    {
        Pop3Capabilities offered = _pop3.Capabilities;
        bool mayTell = peer.IsTls || rules.AllowsClearPassword;
        var server = new SaslServer
        {
            Offered = offered.LoginMechanisms,
            EndPointBinding = peer.EndPointBinding,
            Service = "pop",
            Host = login.Host,
            Port = login.Port,
        };
        List<ISaslMechanism> sasl =
            SaslMechanisms.OfferedBy(server, new Credentials(login.RemoteUser, login.RemotePassword));
        _ways = new LoginWays(offered.Has("AUTH-RESP-CODE"));
        _ways.AddAll(
            sasl, ApopCommand.IsPossible(_pop3.Stamp, login.RemoteUser), offered.MayHaveUser, mayTell);
        if (_ways.IsEmpty)
            Outcome = mayTell
                ? RemoteLoginOutcome.Failed(login.Server, "it offers no way to log in that is known here")
                : RemoteLoginOutcome.Barred($"{login.Server}: {NoTls}");
    }

    private void TryNextWay(Output output)
    {
        while (Outcome is null)
        {
            if (_ways.Next() is not { } way)
            {
                Outcome = _ways.Refusal is null
                    ? RemoteLoginOutcome.Failed(login.Server, "no way to log in that it offers can be used")
                    : RemoteLoginOutcome.Refused(login.Server, _ways.Refusal);
                return;
            }
            _stage = Stage.Login;
            if (TrySay(way, output))
                return;
        }
    }

    private bool TrySay(Pop3LoginWay way, Output output)
    {
        if (way.Mechanism is { } mechanism)
        {
            _exchange = new Pop3LoginExchange(_pop3, mechanism);
            if (_exchange.Begin(output) == Pop3LoginStep.Asked)
                return true;
            _exchange = null;
            return false;
        }
        if (!way.IsApop)
        {
            _stage = Stage.User;
            _pop3.Say($"USER {login.RemoteUser}", Pop3AnswerForm.OneLine, output);
            return true;
        }
        string line = ApopCommand.Of(_pop3.Stamp, login.RemoteUser, login.RemotePassword);
        _pop3.Say(line, Pop3AnswerForm.OneLine, output);
        return true;
    }

    private void OnExchange(Pop3LoginStep step, Pop3LoginExchange exchange, Pop3Reply reply, Output output)
    {
        if (step == Pop3LoginStep.Asked)
            return;
        _exchange = null;
        if (step == Pop3LoginStep.Failed)
            Outcome = RemoteLoginOutcome.Failed(login.Server, exchange.Failure);
        else
            OnLogin(reply, step == Pop3LoginStep.Done, exchange.IsTried, output);
    }

    private void OnLogin(Pop3Reply reply, bool isOk, bool isTried, Output output)
    {
        if (isOk)
        {
            Outcome = RemoteLoginOutcome.Accepted(reply);
            return;
        }
        _ways.Refused(reply, isTried);
        TryNextWay(output);
    }

    // Whoever has had enough of wrong passwords has said before that it is one.
    private void End(string why)
    {
        if (_ways.Refusal is { } refusal)
            Outcome ??= RemoteLoginOutcome.Refused(login.Server, refusal);
        else
            Fail(why);
    }

    private void Fail(string why) => Outcome ??= RemoteLoginOutcome.Failed(login.Server, why);
}
