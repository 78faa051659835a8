using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// NTLM (MS-NLMP, in SMTP as MS-SMTPNTLM has it), version 2, as the platform does it: by itself, or on Windows by the
/// system. Whoever hears the exchange guesses at the password as fast as with CRAM-MD5.
/// </summary>
internal sealed class SaslNtlm : ISaslMechanism
{
    private readonly NetworkCredential _login;
    private readonly string _target;
    private NegotiateAuthentication? _exchange;
    private bool _isProved;

    public SaslNtlm(Credentials login, SaslServer server)
    {
        _login = LoginOf(login);
        _target = $"{server.Service.ToUpperInvariant()}/{server.Host}";
    }

    public string Name => "NTLM";
    public bool IsClearText => true;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => _isProved;
    public string Failure { get; private set; } = "";

    public Fault Begin(out byte[]? initial)
    {
        initial = null;
        if (string.IsNullOrWhiteSpace(_login.Password) || string.IsNullOrWhiteSpace(_login.UserName))
        {
            Failure = "the name or the password is empty"; // which to the platform means the process's own user
            return Fault.Argument;
        }
        _exchange = new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
        {
            Package = "NTLM",
            Credential = _login,
            TargetName = _target,
            RequiredProtectionLevel = ProtectionLevel.None,
        });
        initial = Next([], NegotiateAuthenticationStatusCode.ContinueNeeded);
        return initial is not null ? Fault.None : Fault.NotSupported;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        if (_exchange is null || challenge.IsEmpty)
            return false;
        byte[]? proof = Next(challenge, NegotiateAuthenticationStatusCode.Completed);
        _isProved = proof is not null;
        answer = proof ?? [];
        End();
        return _isProved;
    }

    /// <summary>DOMAIN\user; user@domain is a name of its own, whose domain the server knows.</summary>
    private static NetworkCredential LoginOf(Credentials login)
    {
        int backslash = login.User.IndexOf('\\', StringComparison.Ordinal);
        return new NetworkCredential(
            login.User[(backslash + 1)..], login.Password, backslash < 0 ? "" : login.User[..backslash]);
    }

    // The platform reads the challenge by its lengths and offsets as they stand, and says in exceptions of many kinds
    // that they lead nowhere. That a hash is forbidden is for the caller.
    private byte[]? Next(ReadOnlySpan<byte> challenge, NegotiateAuthenticationStatusCode expected)
    {
        try
        {
            byte[]? message = _exchange!.GetOutgoingBlob(challenge, out NegotiateAuthenticationStatusCode status);
            if (status == expected && message is not null)
                return message;
            Failure = $"the platform says {status}";
        }
        catch (Exception e) when (e is not (OutOfMemoryException or CryptographicException))
        {
            Failure = "what the server sent cannot be read";
        }
        End();
        return null;
    }

    private void End()
    {
        _exchange?.Dispose();
        _exchange = null;
    }
}
