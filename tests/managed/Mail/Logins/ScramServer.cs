using System.Security.Cryptography;
using System.Text;

namespace MailModule.Tests.Mail.Logins;

/// <summary>The server's half of SCRAM, by the book (RFC 5802), for one user.</summary>
/// <param name="binding">Its channel binding; null: it does not bind.</param>
internal sealed class ScramServer(HashAlgorithmName hash, string user, string password, byte[]? binding = null)
{
    public const int Iterations = 4096;
    private static readonly byte[] s_salt = [0, 1, 2, 3, 4, 5, 6, 7];

    private string _firstBare = "";
    private string _header = "";
    private string _serverFirst = "";
    private string _nonce = "";

    /// <summary>Why it refused; empty: it did not.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Whom the client wants to act as; empty: nobody else.</summary>
    public string Identity { get; private set; } = "";

    /// <summary>The answer to the client's first message; null: refused.</summary>
    public string? TakeFirst(byte[] message, bool isPlus)
    {
        string[] parts = Encoding.UTF8.GetString(message).Split(',');
        Identity = parts[1].Length > 2 ? parts[1][2..] : "";
        _header = $"{parts[0]},{parts[1]},";
        _firstBare = string.Join(',', parts[2..]);
        // RFC 5802 §6
        if (parts[0] == "y" && binding is not null)
            return Refuse("server-does-support-channel-binding");
        if (isPlus != (parts[0] == "p=tls-server-end-point") || isPlus && binding is null)
            return Refuse("unsupported-channel-binding-type");
        if (parts[2] != "n=" + user.Replace("=", "=3D").Replace(",", "=2C"))
            return Refuse("unknown-user");
        _nonce = parts[3][2..] + "3rfcNHYJY1ZVvWVs7j";
        return _serverFirst = $"r={_nonce},s={Convert.ToBase64String(s_salt)},i={Iterations}";
    }

    /// <summary>The answer to the client's proof, with our own; null: refused.</summary>
    public string? TakeProof(byte[] message)
    {
        string text = Encoding.UTF8.GetString(message);
        string withoutProof = text[..text.IndexOf(",p=", StringComparison.Ordinal)];
        byte[] bound = [.. Encoding.UTF8.GetBytes(_header),
            .. _header.StartsWith("p=", StringComparison.Ordinal) ? binding! : []];
        if (withoutProof != $"c={Convert.ToBase64String(bound)},r={_nonce}")
            return Refuse("channel-bindings-dont-match");
        byte[] whole = Encoding.UTF8.GetBytes($"{_firstBare},{_serverFirst},{withoutProof}");
        int size = hash == HashAlgorithmName.SHA1 ? 20 : 32;
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), s_salt, Iterations, hash, size);
        byte[] storedKey = CryptographicOperations.HashData(hash, Keyed(salted, "Client Key"u8));
        byte[] key = Convert.FromBase64String(text[(withoutProof.Length + 3)..]);
        byte[] signature = Keyed(storedKey, whole);
        for (int i = 0; i < key.Length; i++)
            key[i] ^= signature[i];
        return CryptographicOperations.HashData(hash, key).AsSpan().SequenceEqual(storedKey)
            ? "v=" + Convert.ToBase64String(Keyed(Keyed(salted, "Server Key"u8), whole))
            : Refuse("invalid-proof");
    }

    private byte[] Keyed(byte[] key, ReadOnlySpan<byte> octets)
        => CryptographicOperations.HmacData(hash, key, octets);

    private string? Refuse(string why)
    {
        Error = why;
        return null;
    }
}
