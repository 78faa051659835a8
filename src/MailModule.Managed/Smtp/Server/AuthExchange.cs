using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp.Server;

/// <summary>What a client's response led to.</summary>
internal enum AuthProgress
{
    /// <summary>The password is asked for next.</summary>
    AskPassword,
    /// <summary>User and password are known.</summary>
    Complete,
    Cancelled,
    Malformed,
}

/// <summary>One AUTH exchange (RFC 4954 §4) of mechanism PLAIN (RFC 4616) or LOGIN, as a machine.</summary>
internal struct AuthExchange
{
    private enum Expected
    {
        PlainMessage,
        User,
        Password,
    }

    private Expected _expected;

    public string User { get; private set; }

    /// <summary>Whom the user asks to act as (RFC 4616 §2); null or empty: himself.</summary>
    public string? Identity { get; private set; }

    public byte[] Password { get; private set; }

    public static bool TryBegin(ReadOnlySpan<byte> mechanism, out AuthExchange exchange)
    {
        bool isPlain = Ascii.EqualsIgnoreCase(mechanism, "PLAIN"u8);
        Expected expected = isPlain ? Expected.PlainMessage : Expected.User;
        exchange = new AuthExchange { User = "", Password = [], _expected = expected };
        return isPlain || Ascii.EqualsIgnoreCase(mechanism, "LOGIN"u8);
    }

    /// <summary>The whole line that opens the exchange if the client gave no initial response.</summary>
    public readonly ReadOnlySpan<byte> Challenge
        => _expected == Expected.PlainMessage ? Replies.EmptyChallenge334 : Replies.UserChallenge334;

    public AuthProgress Process(ReadOnlySpan<byte> response)
    {
        // RFC 4954 §4: a single "*" cancels
        if (response.TrimEnd(" \t"u8).SequenceEqual("*"u8))
            return AuthProgress.Cancelled;
        if (!SaslEncoding.TryDecode(response, out byte[] octets))
            return AuthProgress.Malformed;
        return _expected switch
        {
            Expected.PlainMessage => ReadPlain(octets),
            Expected.User => ReadUser(octets),
            _ => ReadPassword(octets),
        };
    }

    private AuthProgress ReadPlain(byte[] message)
    {
        bool isGood = SaslEncoding.TryReadPlain(message, out string identity, out string user, out byte[] password);
        message.AsSpan().Clear();
        (Identity, User, Password) = (identity, user, password);
        return isGood ? AuthProgress.Complete : AuthProgress.Malformed;
    }

    private AuthProgress ReadUser(byte[] name)
    {
        _expected = Expected.Password;
        bool isGood = SaslEncoding.TryReadName(name, out string user);
        User = user;
        return isGood ? AuthProgress.AskPassword : AuthProgress.Malformed;
    }

    private AuthProgress ReadPassword(byte[] password)
    {
        Password = password;
        return password.AsSpan().Contains((byte)0) ? AuthProgress.Malformed : AuthProgress.Complete;
    }
}
