using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins.Server;

/// <summary>APOP of POP3 (RFC 1939 §7) as an exchange in which all is told already.</summary>
internal sealed class ApopExchange : SecretExchange
{
    private readonly byte[] _stamp;
    private readonly byte[] _digest;
    private bool _isAsked;

    /// <param name="stamp">Of the greeting, with its angle brackets.</param>
    /// <param name="user">Who the client says it is.</param>
    /// <param name="digest">What the client has sent as MD5 of stamp and password, decoded.</param>
    public ApopExchange(string stamp, string user, byte[] digest)
        : base("APOP")
    {
        _stamp = Encoding.ASCII.GetBytes(stamp);
        _digest = digest;
        User = user;
    }

    /// <summary>A stamp that no other session has, in the form of a message-id (RFC 1939 §7).</summary>
    /// <param name="host">Our name, or our address in brackets.</param>
    public static string NewStamp(string host)
    {
        Span<byte> random = stackalloc byte[16];
        Span<char> digits = stackalloc char[2 * 16];
        RandomOctets.Fill(random);
        Convert.TryToHexStringLower(random, digits, out _);
        return $"<{digits}@{host}>";
    }

    public override SaslProgress Take(byte[] message) => SaslProgress.Malformed;

    public override SaslProgress Accept()
    {
        SaslProgress next = _isAsked ? SaslProgress.Done : SaslProgress.Login;
        _isAsked = true;
        return next;
    }

    // RFC 1939 §7: MD5 of the stamp with its brackets, and the password behind it
    public override bool IsProved()
    {
        byte[]? password = Secret?.Password;
        byte[] right = MD5.HashData([.. _stamp, .. password ?? []]);
        return CryptographicOperations.FixedTimeEquals(right, _digest) & password is not null;
    }
}
