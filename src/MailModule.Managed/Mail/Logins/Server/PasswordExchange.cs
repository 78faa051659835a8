using System.Security.Cryptography;

namespace MailModule.Mail.Logins.Server;

/// <summary>A mechanism by which the password itself comes.</summary>
internal abstract class PasswordExchange(string mechanism) : SaslExchange(mechanism)
{
    /// <summary>As it came; no octet is NUL.</summary>
    public byte[] Password { get; protected set; } = [];

    /// <summary>What was told is another name and password: the octets are the exchange's from now on.</summary>
    public void Tell(string user, byte[] password)
    {
        Clear();
        (User, Password) = (user, password);
    }

    public override void Clear() => CryptographicOperations.ZeroMemory(Password);
}

/// <summary>PLAIN (RFC 4616).</summary>
internal sealed class PlainExchange() : PasswordExchange("PLAIN")
{
    public override SaslProgress Take(byte[] message)
    {
        bool isGood = SaslEncoding.TryReadPlain(message, out string identity, out string user, out byte[] password);
        CryptographicOperations.ZeroMemory(message);
        (Identity, User, Password) = (identity, user, password);
        return isGood ? SaslProgress.Login : SaslProgress.Malformed;
    }
}

/// <summary>LOGIN, which no standard describes: name and password, each asked for. The command may bring the name.
/// </summary>
internal sealed class LoginExchange() : PasswordExchange("LOGIN")
{
    private bool _hasUser;

    public override void Begin() => Challenge = [.. "Username:"u8];

    public override SaslProgress Take(byte[] message)
    {
        if (_hasUser)
        {
            Password = message;
            return message.AsSpan().Contains((byte)0) ? SaslProgress.Malformed : SaslProgress.Login;
        }
        _hasUser = true;
        if (!SaslEncoding.TryReadName(message, out string user))
            return SaslProgress.Malformed;
        User = user;
        Challenge = [.. "Password:"u8];
        return SaslProgress.Challenge;
    }
}
