using System.Text;
using MailModule.Lines;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>AUTH (RFC 4954).</summary>
public sealed partial class SmtpSession
{
    private AuthExchange _exchange;

    private Next Auth(ReadOnlySpan<byte> argument, Output output)
    {
        if (CannotAuthenticate() is { } refusal)
            return WriteReply(refusal, output);
        int end = argument.IndexOf((byte)' ');
        if (!AuthExchange.TryBegin(end < 0 ? argument : argument[..end], out _exchange))
            return WriteReply(Replies.UnknownMechanism504, output);
        if (end >= 0)
            return OnAuthResponse(argument[end..].TrimStart((byte)' '), output);
        output.Write(_exchange.Challenge);
        _activity = Activity.Auth;
        return Continue;
    }

    private Reply? CannotAuthenticate()
    {
        if (!Options.OfferAuth)
            return Replies.AuthOff502;
        if (!SaidEhlo)
            return Replies.EhloFirst503;
        // RFC 4954 §4: no second AUTH after a successful one
        if (AuthenticatedUser is not null)
            return Replies.LoggedInAlready503;
        return MayAuthenticate ? null : Replies.TlsFirst538;
    }

    private Next ReadAuthResponse(ref ReadOnlySpan<byte> input, Output output)
    {
        LineResult result = _lines.Read(ref input, out ReadOnlySpan<byte> line);
        if (result == LineResult.Incomplete)
            return Next.Read;
        _activity = Activity.Commands;
        return result == LineResult.TooLong ? WriteReply(Replies.AuthLineTooLong500, output) : OnAuthResponse(line, output);
    }

    private Next OnAuthResponse(ReadOnlySpan<byte> response, Output output)
    {
        switch (_exchange.Process(response))
        {
            case AuthProgress.AskPassword:
                output.Write(Replies.PasswordChallenge334);
                _activity = Activity.Auth;
                return Continue;
            case AuthProgress.Complete:
                return Ask(Activity.Login, output);
            case AuthProgress.Forbidden:
                return WriteReply(Replies.LoginFailed535, output);
            case AuthProgress.Cancelled:
                return WriteReply(Replies.AuthCancelled501, output);
            default:
                return WriteReply(Replies.BadAuthResponse501, output);
        }
    }

    private Verdict AskLogin()
    {
        AuthenticatedPassword = Encoding.UTF8.GetString(_exchange.Password);
        return _backend.Login(this, _exchange.User, _exchange.Password);
    }

    private Next OnLoginVerdict(bool isAccepted, Reply? reply, Output output)
    {
        string user = _exchange.User;
        _exchange = default;
        if (!isAccepted)
        {
            ForgetLogin();
            return WriteReply(reply ?? Replies.LoginFailed535, output);
        }
        AuthenticatedUser = user;
        return WriteAccepted(reply ?? Replies.LoggedIn235, output);
    }

    private void ForgetLogin()
    {
        AuthenticatedUser = null;
        AuthenticatedPassword = null;
    }
}
