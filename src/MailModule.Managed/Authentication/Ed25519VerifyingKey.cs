using MailModule.Primitives.Os;

namespace MailModule.Authentication;

/// <summary>Ed25519 over a SHA-256 digest: "ed25519-sha256" (RFC 8463 §3).</summary>
internal sealed class Ed25519VerifyingKey : VerifyingKey
{
    private readonly Ed25519Key _key;

    private Ed25519VerifyingKey(Ed25519Key key) => _key = key;

    public override int Bits => Ed25519Key.Size * 8;

    /// <summary>Null: it is none, or the system has no Ed25519.</summary>
    /// <param name="octets">RFC 8463 §4: the key's 32 octets and nothing around them.</param>
    public static Ed25519VerifyingKey? Read(byte[] octets, out string fault)
    {
        fault = !Ed25519Key.IsThere ? "unknown algorithm: " + Ed25519Key.Missing
            : octets.Length != Ed25519Key.Size ? "p= of the key record is no Ed25519 key" : "";
        Ed25519Key? key = fault.Length > 0 ? null : Ed25519Key.OfPublic(octets);
        if (key is null && fault.Length == 0)
            fault = "p= of the key record is no Ed25519 key";
        return key is null ? null : new Ed25519VerifyingKey(key);
    }

    public override bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
        => _key.Verify(digest, signature);
}
