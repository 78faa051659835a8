using System.Buffers;
using System.Globalization;
using System.Text;
using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// A token in place of a password, in one message: OAUTHBEARER (RFC 7628), and XOAUTH2, which large providers had
/// before it. A server that does not take the token tells why in a challenge, as JSON, and waits for an answer without
/// a meaning before it refuses.
/// </summary>
internal abstract class SaslOAuth(Credentials login) : ISaslMechanism
{
    // RFC 6750 §2.1 allows fewer; what some issuers add is harmless, what ends a field is not.
    private static readonly SearchValues<char> s_tokenCharacters = SearchValues.Create(
        Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).ToArray());

    private bool _hasBegun;
    private bool _isRefused;

    public abstract string Name { get; }
    public bool IsClearText => true;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => _hasBegun && !_isRefused;
    public string Failure { get; private set; } = "";

    /// <summary>The answer to a challenge that tells an error.</summary>
    protected abstract byte[] Acknowledgement { get; }

    public Fault Begin(out byte[]? initial)
    {
        initial = null;
        if (login.Token?.Invoke() is not { } token)
            return Refuse(Fault.Cancelled, "there is no token");
        if (token.Length == 0 || token.AsSpan().ContainsAnyExcept(s_tokenCharacters))
            return Refuse(Fault.Argument, "the token is empty, or has characters that no token may have");
        initial = Encoding.UTF8.GetBytes(MessageWith(token));
        _hasBegun = true;
        return Fault.None;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = Acknowledgement;
        if (!_hasBegun || _isRefused)
            return false;
        _isRefused = true;
        Failure = SaslWords.Of(challenge);
        return true;
    }

    protected abstract string MessageWith(string token);

    private Fault Refuse(Fault fault, string why)
    {
        Failure = why;
        return fault;
    }
}

/// <summary>XOAUTH2: the name and the token.</summary>
internal sealed class SaslXOAuth2(Credentials login) : SaslOAuth(login)
{
    private readonly string _user = login.User;

    public override string Name => "XOAUTH2";
    protected override byte[] Acknowledgement => [];

    protected override string MessageWith(string token) => $"user={_user}\u0001auth=Bearer {token}\u0001\u0001";
}

/// <summary>OAUTHBEARER (RFC 7628): whom to act as, the server, and the token.</summary>
internal sealed class SaslOAuthBearer(Credentials login, SaslServer server) : SaslOAuth(login)
{
    private readonly string _identity = login.AuthorizationId.Length > 0 ? login.AuthorizationId : login.User;

    public override string Name => "OAUTHBEARER";

    // RFC 7628 §3.2.3
    protected override byte[] Acknowledgement => [1];

    // RFC 7628 §3.1: the header of RFC 5801 §4, then key=value pairs, each ended by %x01
    protected override string MessageWith(string token)
    {
        var message = new StringBuilder(Gs2Header.Of("n", _identity)).Append('\u0001');
        if (server.Host.Length > 0)
            message.Append("host=").Append(server.Host).Append('\u0001');
        if (server.Port > 0)
            message.Append(CultureInfo.InvariantCulture, $"port={server.Port}\u0001");
        return message.Append("auth=Bearer ").Append(token).Append("\u0001\u0001").ToString();
    }
}
