using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins.Server;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677), with channel binding or without. Whatever is wrong with what a client has proved is
/// found out when it is asked whether it has proved it, so that it is refused as a wrong password is.
/// </summary>
internal sealed class ScramExchange : SecretExchange
{
    private const string BindingFlag = "p=tls-server-end-point";

    private enum Step
    {
        First,
        Salt,
        Final,
        Proof,
        Signature,
        Over,
    }

    private readonly ScramHash _hash;
    private readonly byte[] _binding;
    private readonly bool _isBound;
    private readonly bool _offersBound;
    private readonly string _ownNonce;
    private Step _step;
    private string _nonce = "";
    private byte[] _header = [];
    private byte[] _firstBare = [];
    private byte[] _message = [];
    private byte[] _proof = [];
    private byte[] _signature = [];
    private bool _isBroken;

    public ScramExchange(ScramHash hash, bool isBound, LoginChannel channel)
        : this(hash, isBound, channel, Convert.ToBase64String(RandomOctets.Get(18)))
    {
    }

    internal ScramExchange(ScramHash hash, bool isBound, LoginChannel channel, string nonce)
        : base(isBound ? hash.BoundMechanism : hash.Mechanism)
    {
        _hash = hash;
        _isBound = isBound;
        _binding = isBound ? channel.Binding! : [];
        _offersBound = (channel.Offered & (hash == ScramHash.Sha1
            ? MechanismSet.ScramSha1Plus
            : MechanismSet.ScramSha256Plus)) != 0;
        _ownNonce = nonce;
    }

    /// <summary>Which of a password's salts is asked for.</summary>
    public ScramHash Hash => _hash;

    public override SaslProgress Take(byte[] message) => _step switch
    {
        Step.First => TakeFirst(message),
        Step.Final => TakeFinal(message),
        Step.Signature => TakeEnd(message),
        _ => SaslProgress.Malformed,
    };

    public override SaslProgress Accept()
    {
        switch (_step)
        {
            case Step.Salt:
                _step = Step.Final;
                Challenge = ServerFirst(Secret!.SaltFor(_hash));
                return SaslProgress.Challenge;
            case Step.Proof:
                // RFC 4954 §4: what a server has to say with its success is a challenge, answered by nothing
                _step = Step.Signature;
                Challenge = Encoding.ASCII.GetBytes("v=" + Convert.ToBase64String(_signature));
                return SaslProgress.Challenge;
            default:
                return SaslProgress.Done;
        }
    }

    // RFC 5802 §3: ClientKey is the proof XOR HMAC(StoredKey, AuthMessage), and its hash StoredKey
    public override bool IsProved()
    {
        if (_isBroken || Secret?.KeysFor(_hash) is not { } keys || _proof.Length != _hash.Size)
            return false;
        byte[] clientKey = _hash.Keyed(keys.StoredKey, _message);
        for (int i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= _proof[i];
        _signature = _hash.Keyed(keys.ServerKey, _message);
        return CryptographicOperations.FixedTimeEquals(_hash.Of(clientKey), keys.StoredKey);
    }

    private SaslProgress TakeFirst(byte[] message)
    {
        _step = Step.Over;
        if (!ScramMessage.TryReadFirst(
            message, out string flag, out string identity, out string user, out string nonce, out int header))
            return SaslProgress.Malformed;
        (Identity, User, _nonce) = (identity, user, nonce + _ownNonce);
        _header = message[..header];
        _firstBare = message[header..];
        _isBroken = !IsRightFlag(flag);
        _step = _isBroken ? Step.Proof : Step.Salt;
        return _isBroken ? SaslProgress.Login : SaslProgress.FindSecret;
    }

    // RFC 5802 §6: a form with binding needs the flag "p", the other "n", or "y" of a client that could bind and has
    // not seen that we offer it: where we do, somebody between us has changed our offer.
    private bool IsRightFlag(string flag)
        => _isBound ? flag == BindingFlag : flag == "n" || flag == "y" && !_offersBound;

    private byte[] ServerFirst(ScramSalt salt)
    {
        byte[] serverFirst = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"r={_nonce},s={Convert.ToBase64String(salt.Salt)},i={salt.Iterations}"));
        _message = [.. _firstBare, (byte)',', .. serverFirst, (byte)','];
        return serverFirst;
    }

    private SaslProgress TakeFinal(byte[] message)
    {
        _step = Step.Over;
        if (!ScramMessage.TryReadFinal(
            message, out byte[] binding, out string nonce, out byte[] proof, out int withoutProof))
            return SaslProgress.Malformed;
        // RFC 5802 §5.1: "c" is the header as the first message had it, and behind it the binding
        _isBroken = nonce != _nonce || !binding.AsSpan().SequenceEqual((byte[])[.. _header, .. _binding]);
        _message = [.. _message, .. message.AsSpan(0, withoutProof)];
        _proof = proof;
        _step = Step.Proof;
        return SaslProgress.Login;
    }

    private SaslProgress TakeEnd(byte[] message)
    {
        _step = Step.Over;
        return message.Length == 0 ? SaslProgress.Done : SaslProgress.Malformed;
    }
}
