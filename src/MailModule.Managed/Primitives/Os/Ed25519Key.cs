namespace MailModule.Primitives.Os;

/// <summary>
/// A key of Ed25519 (RFC 8032), public or private, in the system's libcrypto, for the platform has none. Any thread,
/// and several at a time; closed when nobody has it any more.
/// </summary>
internal sealed unsafe class Ed25519Key
{
    /// <summary>Octets of a key.</summary>
    public const int Size = 32;

    /// <summary>Octets of a signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>Why there is no key to be had.</summary>
    public const string Missing = "the system has no Ed25519 (libcrypto.so.3, or libcrypto.so.1.1 from 1.1.1 on)";

    private const int Ed25519 = 1087; // EVP_PKEY_ED25519

    private readonly nint _handle; // EVP_PKEY

    private Ed25519Key(nint handle) => _handle = handle;

    // There may be threads that use it: nobody else knows when they are all done.
    ~Ed25519Key() => LibCrypto.FreeKey(_handle);

    /// <summary>The system has a library with it. Never where there is no libcrypto: on Windows, say.</summary>
    public static bool IsThere => LibCrypto.IsThere;

    /// <summary>Null: the system does not take it, or has no Ed25519.</summary>
    public static Ed25519Key? OfPublic(ReadOnlySpan<byte> octets) => Of(octets, isPrivate: false);

    /// <summary>Null: the system does not take it, or has no Ed25519.</summary>
    public static Ed25519Key? OfPrivate(ReadOnlySpan<byte> octets) => Of(octets, isPrivate: true);

    /// <summary>The public key, of a private one too.</summary>
    public byte[] PublicOctets()
    {
        byte[] octets = new byte[Size];
        fixed (byte* to = octets)
            LibCrypto.GetPublicKey(_handle, to, Size);
        GC.KeepAlive(this);
        return octets;
    }

    /// <summary>False also where a signature has not 64 octets.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
            return false;
        bool isRight;
        fixed (byte* text = message, signed = signature)
            isRight = LibCrypto.Verify(_handle, text, (nuint)message.Length, signed, SignatureSize);
        GC.KeepAlive(this);
        return isRight;
    }

    /// <summary>Empty: this is no private key, or there is no memory.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureSize];
        bool isMade;
        fixed (byte* text = message, to = signature)
            isMade = LibCrypto.Sign(_handle, text, (nuint)message.Length, to, SignatureSize);
        GC.KeepAlive(this);
        return isMade ? signature : [];
    }

    private static Ed25519Key? Of(ReadOnlySpan<byte> octets, bool isPrivate)
    {
        if (octets.Length != Size || !IsThere)
            return null;
        fixed (byte* from = octets)
        {
            nint key = LibCrypto.NewKey(Ed25519, from, Size, isPrivate);
            return key == 0 ? null : new Ed25519Key(key);
        }
    }
}
