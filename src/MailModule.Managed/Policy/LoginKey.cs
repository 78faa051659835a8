using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>
/// The secret of an engine by which strangers are told the same of a name each time they ask: the salts that are made,
/// and which user's form a name of nobody has. It outlives the engine: what changed with a start would tell which names
/// are nobody's. It comes from no password: strangers could try others until what they were told fits. Any thread.
/// </summary>
internal sealed class LoginKey
{
    public const int Size = 32;

    private byte[] _octets = RandomOctets.Get(Size);

    public ReadOnlySpan<byte> Octets => Volatile.Read(ref _octets);

    /// <summary>The secret of the engine's earlier runs is known.</summary>
    /// <param name="octets"><see cref="Size"/> of them; not changed from now on.</param>
    public void Replace(byte[] octets) => Volatile.Write(ref _octets, octets);

    /// <summary>A number below a count, always the same for a name.</summary>
    public int Pick(string name, int count)
    {
        // Without the platform's digests all users have passwords of one form, so that nothing is to be told apart.
        if (!OpenSsl.IsThere)
            return (int)((uint)name.GetHashCode() % (uint)count);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Octets, Encoding.UTF8.GetBytes(name), hash);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % (uint)count);
    }

    /// <summary>Octets that are always the same for a text.</summary>
    public byte[] Derive(string about, int size)
    {
        byte[] made = new byte[size];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Octets, made, salt: [], info: Encoding.UTF8.GetBytes(about));
        return made;
    }
}
