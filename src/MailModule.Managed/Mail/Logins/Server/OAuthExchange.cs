using System.Text;
using System.Text.Unicode;

namespace MailModule.Mail.Logins.Server;

/// <summary>
/// A bearer token (RFC 6750) in place of a password: OAUTHBEARER (RFC 7628), or XOAUTH2, which came before it. Whether
/// the token is good is for others to say; a client whose token is not hears so in a challenge, and answers it.
/// </summary>
/// <param name="hint">For a client whose token is refused.</param>
internal sealed class OAuthExchange(bool isXOAuth2, TokenHint hint)
    : SaslExchange(isXOAuth2 ? "XOAUTH2" : "OAUTHBEARER")
{
    private const char End = '\u0001';
    private const string Bearer = "bearer ";

    private enum Step
    {
        Message,
        Login,
        Acknowledgement,
        Over,
    }

    private Step _step;

    /// <summary>As it came: printable ASCII.</summary>
    public string Token { get; private set; } = "";

    public override SaslProgress Take(byte[] message)
    {
        Step step = _step;
        _step = Step.Over;
        // RFC 7628 §3.2.3: the client's answer to the error is %x01; others send nothing
        if (step == Step.Acknowledgement)
            return SaslProgress.Refused;
        if (step != Step.Message || !TryRead(message))
            return SaslProgress.Malformed;
        _step = Step.Login;
        return SaslProgress.Login;
    }

    // RFC 7628 §3.2.2: without a scope clients ask for a token without one
    public override SaslProgress Refuse()
    {
        _step = Step.Acknowledgement;
        string status = isXOAuth2 ? "400" : "invalid_token";
        Challenge = Encoding.ASCII.GetBytes(
            $$"""{"status":"{{status}}","schemes":"bearer"{{Member("scope", hint.Scope)}}"""
                + $$"""{{Member("openid-configuration", hint.Configuration)}}}""");
        return SaslProgress.Challenge;
    }

    public override void Clear() => Token = "";

    private static string Member(string name, string value)
        => value.Length > 0 ? $",\"{name}\":\"{value}\"" : "";

    private bool TryRead(byte[] message)
    {
        if (message.AsSpan().Contains((byte)0) || !Utf8.IsValid(message))
            return false;
        string[] fields = Encoding.UTF8.GetString(message).Split(End);
        // both end with an empty field: %x01 %x01
        if (fields.Length < 4 || fields[^1].Length > 0 || fields[^2].Length > 0)
            return false;
        return (isXOAuth2 ? TryReadUser(fields[0]) : TryReadHeader(fields[0])) && TryReadFields(fields.AsSpan(1..^2));
    }

    private bool TryReadUser(string field)
        => field.StartsWith("user=", StringComparison.Ordinal) && TrySetUser(field[5..]);

    // RFC 7628 §3.1: the header of RFC 5801 §4; nothing is bound
    private bool TryReadHeader(string field)
    {
        string[] parts = field.Split(',');
        if (parts.Length != 3 || parts[0] is not ("n" or "y") || parts[2].Length > 0)
            return false;
        return parts[1].Length == 0 || ScramMessage.TryReadName(parts[1], "a=", out string name) && TrySetUser(name);
    }

    private bool TrySetUser(string name)
    {
        bool isGood = SaslEncoding.TryReadName(Encoding.UTF8.GetBytes(name), out string user);
        User = user;
        return isGood;
    }

    // key=value each; of those only "auth" counts here, and there is one
    private bool TryReadFields(ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || field.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')))
                return false;
            if (field.AsSpan(0, equals).SequenceEqual("auth") && !TryReadToken(field[(equals + 1)..]))
                return false;
        }
        return Token.Length > 0;
    }

    private bool TryReadToken(string value)
    {
        if (Token.Length > 0 || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return false;
        Token = value[Bearer.Length..];
        return Token.Length > 0 && Token.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
    }
}
