using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins;

/// <summary>
/// SCRAM (RFC 5802) with either hash: the password does not cross the wire, and the server has to prove that it knows
/// it too. With channel binding the proofs hold under the server's own certificate only.
/// </summary>
internal sealed class SaslScram : ISaslMechanism
{
    /// <summary>RFC 5802 §5.1, RFC 7677 §4: below that a thief of the exchange guesses too fast.</summary>
    private const int FewestIterations = 4096;

    /// <summary>A server must not keep us at it for seconds.</summary>
    private const int MostIterations = 1_000_000;

    private enum Step
    {
        First,
        ServerFirst,
        ServerFinal,
        Done,
        Broken,
    }

    private readonly ScramHash _hash;
    private readonly string _password;
    private readonly string _nonce;
    private readonly string _header;
    private readonly string _firstBare;
    private readonly byte[] _binding = [];
    private byte[] _serverSignature = [];
    private Step _step;

    /// <param name="isBound">The form with channel binding; the server's binding is known then.</param>
    public SaslScram(ScramHash hash, bool isBound, Credentials login, SaslServer server)
        : this(hash, isBound, login, server, Convert.ToBase64String(RandomOctets.Get(18)))
    {
    }

    internal SaslScram(ScramHash hash, bool isBound, Credentials login, SaslServer server, string nonce)
    {
        _hash = hash;
        _password = SaslPrep.Prepare(login.Password);
        _nonce = nonce;
        if (isBound)
            _binding = server.EndPointBinding!;
        Name = isBound ? hash.BoundMechanism : hash.Mechanism;
        _header = Gs2Header.Of(BindingFlag(isBound, server), SaslPrep.Prepare(login.AuthorizationId));
        _firstBare = $"n={Gs2Header.Escape(SaslPrep.Prepare(login.User))},r={nonce}";
    }

    public string Name { get; }
    public bool IsClearText => false;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => _step == Step.Done;
    public string Failure { get; private set; } = "";

    public Fault Begin(out byte[]? initial)
    {
        _step = Step.ServerFirst;
        initial = Encoding.UTF8.GetBytes(_header + _firstBare);
        return Fault.None;
    }

    public bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer)
    {
        answer = [];
        Step step = _step;
        _step = Step.Broken;
        string text = Encoding.UTF8.GetString(challenge);
        if (step == Step.ServerFirst && TryProve(text, out answer))
            _step = Step.ServerFinal;
        else if (step == Step.ServerFinal && IsProof(text))
            _step = Step.Done;
        return _step != Step.Broken;
    }

    // RFC 5802 §6: "y" tells the server that we can bind and that it does not seem to offer that. One that does knows
    // then that somebody has changed its offer. Who may not know that says "n".
    private string BindingFlag(bool isBound, SaslServer server)
        => isBound ? "p=tls-server-end-point"
            : server.EndPointBinding is not null && !server.Offers(_hash.BoundMechanism) ? "y" : "n";

    private bool TryProve(string serverFirst, out byte[] answer)
    {
        answer = [];
        if (!TryReadServerFirst(serverFirst, out string nonce, out byte[] salt, out int iterations))
            return false;
        byte[] binding = [.. Encoding.UTF8.GetBytes(_header), .. _binding];
        string finalBare = $"c={Convert.ToBase64String(binding)},r={nonce}";
        byte[] message = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{finalBare}");
        byte[] salted = _hash.Salted(Encoding.UTF8.GetBytes(_password), salt, iterations);
        _serverSignature = _hash.Keyed(_hash.Keyed(salted, "Server Key"u8), message);
        answer = Encoding.UTF8.GetBytes($"{finalBare},p={Convert.ToBase64String(ProofOf(salted, message))}");
        return true;
    }

    // RFC 5802 §3: ClientKey XOR HMAC(H(ClientKey), AuthMessage)
    private byte[] ProofOf(byte[] salted, byte[] message)
    {
        byte[] clientKey = _hash.Keyed(salted, "Client Key"u8);
        byte[] signature = _hash.Keyed(_hash.Of(clientKey), message);
        for (int i = 0; i < signature.Length; i++)
            signature[i] ^= clientKey[i];
        return signature;
    }

    // RFC 5802 §7: r=nonce,s=salt,i=count[,extensions]; a first attribute "m" is an extension that we would have to
    // know
    private bool TryReadServerFirst(string text, out string nonce, out byte[] salt, out int iterations)
    {
        string[] parts = text.Split(',');
        nonce = parts[0].Length > 2 ? parts[0][2..] : "";
        salt = [];
        iterations = 0;
        ReadError(parts[0]);
        return parts.Length >= 3
            && parts[0].StartsWith("r=", StringComparison.Ordinal) && nonce.Length > _nonce.Length
            && nonce.StartsWith(_nonce, StringComparison.Ordinal)
            && parts[1].StartsWith("s=", StringComparison.Ordinal)
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(parts[1][2..]), out salt) && salt.Length > 0
            && parts[2].StartsWith("i=", StringComparison.Ordinal)
            && int.TryParse(parts[2].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out iterations)
            && iterations is >= FewestIterations and <= MostIterations;
    }

    // RFC 5802 §5: v=signature; "e=" tells an error in its place
    private bool IsProof(string serverFinal)
    {
        string first = serverFinal.Split(',')[0];
        ReadError(first);
        return first.StartsWith("v=", StringComparison.Ordinal)
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(first[2..]), out byte[] signature)
            && CryptographicOperations.FixedTimeEquals(signature, _serverSignature);
    }

    private void ReadError(string attribute)
    {
        if (attribute.StartsWith("e=", StringComparison.Ordinal))
            Failure = SaslWords.Of(Encoding.UTF8.GetBytes(attribute[2..]));
    }
}
