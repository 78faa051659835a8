using System.Collections.Concurrent;
using System.Text;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A client of SCRAM that knows the password of "user", which is "secret", and computes its rounds once for each salt.
/// </summary>
internal sealed class ScramProof(ScramHash hash, bool isBound)
{
    public static readonly ScramProof Sha1 = new(ScramHash.Sha1, isBound: false);
    public static readonly ScramProof Sha256 = new(ScramHash.Sha256, isBound: false);
    public static readonly ScramProof Sha1Plus = new(ScramHash.Sha1, isBound: true);
    public static readonly ScramProof Sha256Plus = new(ScramHash.Sha256, isBound: true);

    private const string FirstBare = "n=user,r=fuzz";
    private static readonly ConcurrentDictionary<(string Hash, string Salt, int Rounds), byte[]> s_salted = [];

    private readonly string _header = isBound ? "p=tls-server-end-point,," : "n,,";

    public bool IsBound => isBound;
    public string Mechanism => isBound ? hash.BoundMechanism : hash.Mechanism;
    public string First => Base64(_header + FirstBare);

    /// <summary>The right answer to the server's first message, of a binding of 32 zeros.</summary>
    /// <param name="challenge">The reply with it.</param>
    public string To(string challenge)
    {
        string serverFirst = Encoding.ASCII.GetString(Convert.FromBase64String(challenge[4..].TrimEnd()));
        string[] parts = serverFirst.Split(',');
        byte[] binding = [.. Encoding.ASCII.GetBytes(_header), .. isBound ? new byte[32] : []];
        string last = $"c={Convert.ToBase64String(binding)},{parts[0]}";
        byte[] salted = Salted(hash, parts[1][2..], int.Parse(parts[2].AsSpan(2), null));
        byte[] key = hash.Keyed(salted, "Client Key"u8);
        byte[] all = Encoding.ASCII.GetBytes($"{FirstBare},{serverFirst},{last}");
        byte[] signature = hash.Keyed(hash.Of(key), all);
        for (int i = 0; i < key.Length; i++)
            key[i] ^= signature[i];
        return Base64($"{last},p={Convert.ToBase64String(key)}");
    }

    private static byte[] Salted(ScramHash hash, string salt, int rounds) => s_salted.GetOrAdd(
        (hash.Mechanism, salt, rounds),
        _ => hash.Salted("secret"u8.ToArray(), Convert.FromBase64String(salt), rounds));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    /// <summary>What a server keeps of that password.</summary>
    internal sealed class Stored : LoginSecret
    {
        private static readonly ScramSalt s_salt = new("fuzzfuzzfuzzfuzz"u8.ToArray(), 4096);

        public override byte[]? Password => "secret"u8.ToArray();

        public override ScramSalt SaltFor(ScramHash hash) => s_salt;

        public override ScramKeys? KeysFor(ScramHash hash)
            => ScramKeys.Of(hash, Salted(hash, Convert.ToBase64String(s_salt.Salt), s_salt.Iterations));
    }
}
