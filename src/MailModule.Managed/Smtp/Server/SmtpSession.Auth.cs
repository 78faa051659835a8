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
            return Say(refusal, output);
        int end = argument.IndexOf((byte)' ');
        if (!AuthExchange.TryBegin(end < 0 ? argument : argument[..end], out _exchange))
            return Say(Replies.UnknownMechanism504, output);
        if (end >= 0)
            return TakeAuthResponse(argument[end..].TrimStart((byte)' '), output);
        output.Write(_exchange.Challenge);
        _underWay = UnderWay.Auth;
        return Onward;
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
        _underWay = UnderWay.Commands;
        return result == LineResult.TooLong ? Say(Replies.AuthLineTooLong500, output) : TakeAuthResponse(line, output);
    }

    private Next TakeAuthResponse(ReadOnlySpan<byte> response, Output output)
    {
        switch (_exchange.Take(response))
        {
            case AuthProgress.AskPassword:
                output.Write(Replies.PasswordChallenge334);
                _underWay = UnderWay.Auth;
                return Onward;
            case AuthProgress.Complete:
                return Judge(UnderWay.Login, output);
            case AuthProgress.Forbidden:
                return Say(Replies.LoginFailed535, output);
            case AuthProgress.Cancelled:
                return Say(Replies.AuthCancelled501, output);
            default:
                return Say(Replies.BadAuthResponse501, output);
        }
    }

    private Verdict AskLogin()
    {
        AuthenticatedPassword = Encoding.UTF8.GetString(_exchange.Password);
        return _backend.Login(this, _exchange.User, _exchange.Password);
    }

    private Next SettleLogin(bool isAccepted, Reply? reply, Output output)
    {
        string user = _exchange.User;
        _exchange = default;
        if (!isAccepted)
        {
            ForgetLogin();
            return Say(reply ?? Replies.LoginFailed535, output);
        }
        AuthenticatedUser = user;
        return SayAccepted(reply ?? Replies.LoggedIn235, output);
    }

    private void ForgetLogin()
    {
        AuthenticatedUser = null;
        AuthenticatedPassword = null;
    }
}
