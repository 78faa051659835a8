using System.Text;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

// The AUTHORIZATION state (RFC 1939 §4): USER, PASS, STLS.
public sealed partial class Pop3Session
{
    private int _failedLogins;

    private bool PasswordAllowed => IsTls || _options.PlainAuthWithoutTls;

    // Every name is answered alike: only PASS tells, and it tells nothing about which of the two was wrong.
    private Next UserCommand(ReadOnlySpan<byte> name, Output output)
    {
        if (!PasswordAllowed)
            return Reject(output, Pop3Replies.TlsFirst);
        name = name.Trim((byte)' ');
        if (name.ContainsAnyInRange((byte)0, (byte)0x1F) || name.Contains((byte)0x7F))
            return Reject(output, Pop3Replies.BadArgument);
        User = Encoding.UTF8.GetString(name);
        return WriteReply(output, Pop3Replies.NameTaken);
    }

    private Next PassCommand(ReadOnlySpan<byte> password, Output output)
    {
        if (!PasswordAllowed)
            return Reject(output, Pop3Replies.TlsFirst);
        if (User is null)
            return Reject(output, Pop3Replies.NameFirst);
        Password = Encoding.UTF8.GetString(password);
        _activity = Activity.Login;
        Pop3Verdict verdict = _backend.Login(this, User, password.ToArray());
        return verdict.Kind == Pop3VerdictKind.Pending ? Next.Wait : OnLoginVerdict(verdict, output);
    }

    private Next OnLoginVerdict(Pop3Verdict verdict, Output output)
    {
        if (verdict.Kind != Pop3VerdictKind.Accept || Maildrop is null)
            return RefuseLogin(verdict, output);
        _state = Pop3State.Transaction;
        _errors = 0;
        CountUndeleted();
        if (verdict.Text is { } text)
            Pop3Replies.Positive(output, text);
        else
            Pop3Replies.LoggedIn(output, Maildrop.Count, Maildrop.TotalSize);
        return BackToCommands();
    }

    private Next RefuseLogin(Pop3Verdict verdict, Output output)
    {
        (User, Password) = (null, null);
        ReleaseMaildrop();
        string text = verdict.Text ?? (verdict.Kind == Pop3VerdictKind.Accept ? Pop3Verdict.Temporary.Text! : Pop3Replies.LoginFailed);
        Pop3Replies.Negative(output, text);
        // RFC 3206 §4: [IN-USE] and [SYS/…] say nothing about the password, and so are no failed login.
        bool failed = !text.StartsWith("[IN-USE]", StringComparison.Ordinal) && !text.StartsWith("[SYS/", StringComparison.Ordinal);
        if (failed && ++_failedLogins >= _options.LoginLimit || verdict.Kind == Pop3VerdictKind.Close)
            return Next.Close;
        return BackToCommands();
    }

    private Next Stls(Output output)
    {
        if (IsTls)
            return Reject(output, Pop3Replies.TlsAlready);
        if (!_options.OfferStls)
            return Reject(output, Pop3Replies.NoTls);
        output.Write(Pop3Replies.BeginTls);
        // RFC 2595 §4: nothing learnt from the client before TLS counts after it; what it sent behind STLS the connection drops.
        (User, Password) = (null, null);
        _skippingLine = false;
        _tls = true;
        return Next.StartTls;
    }
}
