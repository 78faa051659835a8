using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Mail.Logins;

/// <summary>
/// SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel binding: the password does not cross the wire, and the server has
/// to prove that it knows it too.
/// </summary>
internal sealed class SaslScramSha256 : ISaslMechanism
{
    /// <summary>RFC 7677 §4: below that a thief of the exchange guesses too fast.</summary>
    private const int FewestIterations = 4096;

    /// <summary>A server must not keep us at it for seconds.</summary>
    private const int MostIterations = 1_000_000;
    private const int KeySize = 32;
    private const string BindingHeader = "n,,";

    private enum Step
    {
        First,
        ServerFirst,
        ServerFinal,
        Done,
        Broken,
    }

    private readonly string _password;
    private readonly string _nonce;
    private readonly string _firstBare;
    private readonly byte[] _serverSignature = new byte[KeySize];
    private Step _step;

    public SaslScramSha256(Credentials login)
        : this(login, Convert.ToBase64String(RandomOctets.Get(18)))
    {
    }

    internal SaslScramSha256(Credentials login, string nonce)
    {
        _password = SaslPrep.Prepare(login.Password);
        _nonce = nonce;
        // RFC 5802 §5.1: a comma and an equals sign in a name are written as =2C and =3D
        string name = SaslPrep.Prepare(login.User).Replace("=", "=3D", StringComparison.Ordinal)
            .Replace(",", "=2C", StringComparison.Ordinal);
        _firstBare = $"n={name},r={nonce}";
    }

    public string Name => "SCRAM-SHA-256";
    public bool IsClearText => false;
    public bool IsPrompted => false;
    public bool MayBelieveSuccess => _step == Step.Done;

    public byte[]? Begin()
    {
        _step = Step.ServerFirst;
        return Encoding.UTF8.GetBytes(BindingHeader + _firstBare);
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

    private bool TryProve(string serverFirst, out byte[] answer)
    {
        answer = [];
        if (!TryReadServerFirst(serverFirst, out string nonce, out byte[] salt, out int iterations))
            return false;
        string finalBare = $"c={Convert.ToBase64String(Encoding.ASCII.GetBytes(BindingHeader))},r={nonce}";
        byte[] message = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{finalBare}");
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(_password), salt, iterations, HashAlgorithmName.SHA256, KeySize);
        HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message, _serverSignature);
        answer = Encoding.UTF8.GetBytes($"{finalBare},p={Convert.ToBase64String(ProofOf(salted, message))}");
        return true;
    }

    // RFC 5802 §3: ClientKey XOR HMAC(H(ClientKey), AuthMessage)
    private static byte[] ProofOf(byte[] salted, byte[] message)
    {
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        byte[] signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (int i = 0; i < KeySize; i++)
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
        return first.StartsWith("v=", StringComparison.Ordinal)
            && SaslEncoding.TryDecode(Encoding.UTF8.GetBytes(first[2..]), out byte[] signature)
            && CryptographicOperations.FixedTimeEquals(signature, _serverSignature);
    }
}
