using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MailModule.Primitives.Os;

/// <summary>
/// SHA-256 of octets that come one after the other. The platform looks through OpenSSL's errors at each step, which
/// costs as much as the hash of a header; where libcrypto can be called it is called at once. One thread at a time.
/// Whoever uses it asks <see cref="OpenSsl.IsThere"/> first.
/// </summary>
internal sealed unsafe class Sha256Digest : IDisposable
{
    /// <summary>Octets of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private const int IdleLimit = 32;

    private static readonly ConcurrentQueue<Sha256Digest> s_idle = new();

    private nint _digest = LibCrypto.NewSha256(); // 0: the platform hashes
    private readonly IncrementalHash? _platform;

    // The platform is the first to call OpenSSL: it has it begin so that it does not end at the process's exit, where
    // other threads may still be in it.
    static Sha256Digest() => SHA256.HashData([]);

    private Sha256Digest()
    {
        if (_digest == 0)
            _platform = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    ~Sha256Digest() => LibCrypto.FreeDigest(_digest);

    /// <summary>One without octets, for the caller alone until it is given back, or dropped.</summary>
    public static Sha256Digest Take() => s_idle.TryDequeue(out Sha256Digest? idle) ? idle : new Sha256Digest();

    /// <summary>Its hash was taken, and no octets came since.</summary>
    public void GiveBack()
    {
        if (s_idle.Count < IdleLimit)
            s_idle.Enqueue(this);
        else
            Dispose();
    }

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (_platform is not null)
        {
            _platform.AppendData(octets);
            return;
        }
        fixed (byte* first = octets)
            Check(LibCrypto.AddToDigest(_digest, first, (nuint)octets.Length));
        GC.KeepAlive(this);
    }

    /// <summary>The hash of what came so far; more may follow.</summary>
    public byte[] Current()
    {
        if (_platform is not null)
            return _platform.GetCurrentHash();
        Sha256Digest copy = Take();
        Check(LibCrypto.CopyDigest(copy._digest, _digest));
        GC.KeepAlive(this);
        byte[] hash = copy.Finish();
        copy.GiveBack();
        return hash;
    }

    /// <summary>The hash; what comes next is of another one.</summary>
    public byte[] Finish()
    {
        byte[] hash = new byte[Size];
        Finish(hash);
        return hash;
    }

    /// <inheritdoc cref="Finish()"/>
    /// <param name="hash"><see cref="Size"/> octets.</param>
    public void Finish(Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, Size);
        if (_platform is not null)
        {
            _platform.GetHashAndReset(hash);
            return;
        }
        fixed (byte* first = hash)
            Check(LibCrypto.FinishDigest(_digest, first));
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _platform?.Dispose();
        LibCrypto.FreeDigest(_digest);
        _digest = 0;
        GC.SuppressFinalize(this);
    }

    private static void Check(bool isDone)
    {
        if (!isDone)
            throw new CryptographicException("OpenSSL does not hash");
    }
}
