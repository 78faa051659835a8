using System.Runtime.InteropServices;

namespace MailModule.Primitives.Os;

/// <summary>
/// Calls into OpenSSL's libcrypto that the platform does not make: signatures of keys that are their octets alone, and
/// checks of many signatures by what was prepared once. The library is loaded at the first use and stays. Any thread.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const int Lazy = 1; // RTLD_LAZY

    // As the platform loads libssl: OpenSsl.cs.
    private static readonly string?[] s_versions =
        [Environment.GetEnvironmentVariable("DOTNET_OPENSSL_VERSION_OVERRIDE"), "3", "1.1"];

    private static readonly nint s_library = Load();

    private static readonly delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint> s_newPublic
        = (delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)Call("EVP_PKEY_new_raw_public_key");
    private static readonly delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint> s_newPrivate
        = (delegate* unmanaged[Cdecl]<int, nint, byte*, nuint, nint>)Call("EVP_PKEY_new_raw_private_key");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, int> s_getPublic
        = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, int>)Call("EVP_PKEY_get_raw_public_key");
    private static readonly delegate* unmanaged[Cdecl]<nint, void> s_freeKey
        = (delegate* unmanaged[Cdecl]<nint, void>)Call("EVP_PKEY_free");
    private static readonly delegate* unmanaged[Cdecl]<nint> s_newDigest
        = (delegate* unmanaged[Cdecl]<nint>)Call("EVP_MD_CTX_new");
    private static readonly delegate* unmanaged[Cdecl]<nint, void> s_freeDigest
        = (delegate* unmanaged[Cdecl]<nint, void>)Call("EVP_MD_CTX_free");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int> s_beginVerify
        = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)Call("EVP_DigestVerifyInit");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int> s_verify
        = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int>)Call("EVP_DigestVerify");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int> s_beginSign
        = (delegate* unmanaged[Cdecl]<nint, nint, nint, nint, nint, int>)Call("EVP_DigestSignInit");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint, int> s_sign
        = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, nuint, int>)Call("EVP_DigestSign");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, nint> s_newCheck
        = (delegate* unmanaged[Cdecl]<nint, nint, nint>)Call("EVP_PKEY_CTX_new");
    private static readonly delegate* unmanaged[Cdecl]<nint, void> s_freeCheck
        = (delegate* unmanaged[Cdecl]<nint, void>)Call("EVP_PKEY_CTX_free");
    private static readonly delegate* unmanaged[Cdecl]<nint, int> s_beginCheck
        = (delegate* unmanaged[Cdecl]<nint, int>)Call("EVP_PKEY_verify_init");
    private static readonly delegate* unmanaged[Cdecl]<nint, int, int> s_setPadding
        = (delegate* unmanaged[Cdecl]<nint, int, int>)Call("EVP_PKEY_CTX_set_rsa_padding");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, int> s_setHash
        = (delegate* unmanaged[Cdecl]<nint, nint, int>)Call("EVP_PKEY_CTX_set_signature_md");
    private static readonly delegate* unmanaged[Cdecl]<nint> s_sha256
        = (delegate* unmanaged[Cdecl]<nint>)Call("EVP_sha256");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int> s_check
        = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, byte*, nuint, int>)Call("EVP_PKEY_verify");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, nint, int> s_beginDigest
        = (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)Call("EVP_DigestInit_ex");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint, int> s_addToDigest
        = (delegate* unmanaged[Cdecl]<nint, byte*, nuint, int>)Call("EVP_DigestUpdate");
    private static readonly delegate* unmanaged[Cdecl]<nint, byte*, nint, int> s_finishDigest
        = (delegate* unmanaged[Cdecl]<nint, byte*, nint, int>)Call("EVP_DigestFinal_ex");
    private static readonly delegate* unmanaged[Cdecl]<nint, nint, int> s_copyDigest
        = (delegate* unmanaged[Cdecl]<nint, nint, int>)Call("EVP_MD_CTX_copy_ex");
    private static readonly delegate* unmanaged[Cdecl]<void> s_clearErrors
        = (delegate* unmanaged[Cdecl]<void>)Call("ERR_clear_error");

    /// <summary>The library is there, with all of these calls; they are made only if it is.</summary>
    public static bool IsThere { get; } = s_newPublic != null && s_newPrivate != null && s_getPublic != null
        && s_freeKey != null && s_newDigest != null && s_freeDigest != null && s_beginVerify != null
        && s_verify != null && s_beginSign != null && s_sign != null && s_clearErrors != null;

    /// <summary>It has what <see cref="NewRsaCheck"/> needs, which OpenSSL 1.1 has as macros alone.</summary>
    public static bool ChecksRsa { get; } = s_newCheck != null && s_freeCheck != null && s_beginCheck != null
        && s_setPadding != null && s_setHash != null && s_sha256 != null && s_check != null && s_clearErrors != null;

    /// <summary>It has what <see cref="NewSha256"/> needs.</summary>
    private static bool Hashes { get; } = s_newDigest != null && s_freeDigest != null && s_sha256 != null
        && s_beginDigest != null && s_addToDigest != null && s_finishDigest != null && s_copyDigest != null
        && s_clearErrors != null;

    /// <summary>An EVP_PKEY of a key's octets; 0: they are none of that kind.</summary>
    public static nint NewKey(int kind, byte* octets, nuint length, bool isPrivate)
    {
        nint key = isPrivate ? s_newPrivate(kind, 0, octets, length) : s_newPublic(kind, 0, octets, length);
        s_clearErrors(); // the platform's calls on this thread are not to find ours
        return key;
    }

    public static void FreeKey(nint key) => s_freeKey(key);

    /// <summary>The octets of a key's public part; false: it has none of that length.</summary>
    public static bool GetPublicKey(nint key, byte* octets, nuint length)
        => s_getPublic(key, octets, &length) == 1;

    /// <summary>Whether a signature of a text is the key's.</summary>
    public static bool Verify(nint key, byte* text, nuint length, byte* signature, nuint signatureLength)
    {
        nint digest = s_newDigest();
        bool isRight = digest != 0 && s_beginVerify(digest, 0, 0, 0, key) == 1
            && s_verify(digest, signature, signatureLength, text, length) == 1;
        End(digest);
        return isRight;
    }

    /// <summary>Writes a signature of exactly that length; false: it cannot be made.</summary>
    public static bool Sign(nint key, byte* text, nuint length, byte* signature, nuint signatureLength)
    {
        nint digest = s_newDigest();
        nuint written = signatureLength;
        bool isMade = digest != 0 && s_beginSign(digest, 0, 0, 0, key) == 1
            && s_sign(digest, signature, &written, text, length) == 1 && written == signatureLength;
        End(digest);
        return isMade;
    }

    /// <summary>An EVP_PKEY_CTX for <see cref="Check"/>, of an EVP_PKEY of RSA; 0: there is none to be had.</summary>
    public static nint NewRsaCheck(nint key)
    {
        const int Pkcs1 = 1; // RSA_PKCS1_PADDING
        nint check = s_newCheck(key, 0);
        if (check != 0 && (s_beginCheck(check) != 1 || s_setPadding(check, Pkcs1) != 1
            || s_setHash(check, s_sha256()) != 1))
        {
            s_freeCheck(check);
            check = 0;
        }
        s_clearErrors();
        return check;
    }

    /// <summary>Whether a signature is that of a digest. One thread at a time.</summary>
    public static bool Check(nint check, byte* digest, nuint length, byte* signature, nuint signatureLength)
    {
        bool isRight = s_check(check, signature, signatureLength, digest, length) == 1;
        if (!isRight)
            s_clearErrors();
        return isRight;
    }

    /// <summary>0 is nothing.</summary>
    public static void FreeCheck(nint check)
    {
        if (check != 0)
            s_freeCheck(check);
    }

    /// <summary>An EVP_MD_CTX that SHA-256 has begun in; 0: there is none to be had.</summary>
    public static nint NewSha256()
    {
        nint digest = Hashes ? s_newDigest() : 0;
        if (digest == 0 || s_beginDigest(digest, s_sha256(), 0) == 1)
            return digest;
        End(digest);
        return 0;
    }

    public static bool AddToDigest(nint digest, byte* octets, nuint length)
        => IsDone(s_addToDigest(digest, octets, length));

    /// <summary>Writes the hash, and begins the next one.</summary>
    public static bool FinishDigest(nint digest, byte* hash)
        => IsDone(s_finishDigest(digest, hash, 0)) && IsDone(s_beginDigest(digest, SameAgain, 0));

    /// <summary>From now on the one is as the other is.</summary>
    public static bool CopyDigest(nint digest, nint other) => IsDone(s_copyDigest(digest, other));

    // 0: the algorithm that the digest has, which OpenSSL 3 would look up again where it is named. OpenSSL 1.1 must
    // have the name: built without engines, it follows the 0.
    private static nint SameAgain => ChecksRsa ? 0 : s_sha256();

    private static bool IsDone(int result)
    {
        if (result != 1)
            s_clearErrors();
        return result == 1;
    }

    public static void FreeDigest(nint digest)
    {
        if (digest != 0)
            s_freeDigest(digest);
    }

    private static void End(nint digest)
    {
        s_freeDigest(digest);
        s_clearErrors();
    }

    private static nint Load()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        foreach (string? version in s_versions)
            if (version is not null && dlopen("libcrypto.so." + version, Lazy) is not 0 and var library)
                return library;
        return 0;
    }

    private static nint Call(string name) => s_library == 0 ? 0 : dlsym(s_library, name);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string name, int how);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlsym(nint library, string name);
}
