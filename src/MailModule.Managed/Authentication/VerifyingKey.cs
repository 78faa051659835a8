using System.Security.Cryptography;
using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>A public key that signatures are checked with. Any thread, and several at a time.</summary>
internal abstract class VerifyingKey
{
    /// <summary>Letters of a p= that are looked at: twice what the largest key needs.</summary>
    private const int TextLimit = 4096;

    /// <summary>Bits of the key.</summary>
    public abstract int Bits { get; }

    /// <summary>Whether a signature of this SHA-256 digest was made with the private key.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);

    /// <summary>The key of a record that is not revoked; null: it cannot be used.</summary>
    /// <param name="fault">Why not, for a human.</param>
    public static VerifyingKey? Of(PublicKeyRecord record, out string fault)
    {
        fault = "";
        VerifyingKey? key = null;
        if (!OpenSsl.IsThere)
            fault = OpenSsl.Missing;
        else if (record.KeyType is not ("rsa" or "ed25519"))
            fault = "unknown kind of key";
        else if (record.KeyText.Length > TextLimit || !TryDecode(record.KeyText, out byte[] octets))
            fault = "p= of the key record is not base64";
        else if (record.KeyType == "rsa")
            key = RsaVerifyingKey.Read(octets, out fault);
        else
            key = Ed25519VerifyingKey.Read(octets, out fault);
        return key;
    }

    private static bool TryDecode(string text, out byte[] octets)
    {
        octets = new byte[text.Length];
        bool isValid = Convert.TryFromBase64String(text, octets, out int length);
        octets = octets[..length];
        return isValid;
    }
}
