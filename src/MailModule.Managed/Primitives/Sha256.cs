using System.Buffers.Binary;
using System.Numerics;

namespace MailModule.Primitives;

/// <summary>
/// SHA-256 (FIPS 180-4) without a library, for names that must be the same on every machine. The platform's needs
/// OpenSSL. Not for secrets: it takes no care of what stays in memory.
/// </summary>
internal static class Sha256
{
    public const int Size = 32;
    private const int BlockSize = 64;
    private const int LengthSize = 8;

    // FIPS 180-4 §5.3.3 and §4.2.2
    private static ReadOnlySpan<uint> Start =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    public static void Hash(ReadOnlySpan<byte> octets, Span<byte> digest)
    {
        Span<uint> state = stackalloc uint[Size / sizeof(uint)];
        Start.CopyTo(state);
        long bits = 8L * octets.Length;
        for (; octets.Length >= BlockSize; octets = octets[BlockSize..])
            Add(octets, state);
        // FIPS 180-4 §5.1.1: a one, zeros up to a whole block, the length in bits
        Span<byte> last = stackalloc byte[2 * BlockSize];
        last.Clear();
        octets.CopyTo(last);
        last[octets.Length] = 0x80;
        last = last[..(octets.Length + 1 + LengthSize <= BlockSize ? BlockSize : 2 * BlockSize)];
        BinaryPrimitives.WriteInt64BigEndian(last[^LengthSize..], bits);
        for (; last.Length > 0; last = last[BlockSize..])
            Add(last, state);
        for (int i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * sizeof(uint))..], state[i]);
    }

    // FIPS 180-4 §6.2.2
    private static void Add(ReadOnlySpan<byte> block, Span<uint> state)
    {
        Span<uint> schedule = stackalloc uint[BlockSize];
        for (int i = 0; i < 16; i++)
            schedule[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..]);
        for (int i = 16; i < BlockSize; i++)
            schedule[i] = Small(schedule[i - 2], 17, 19, 10) + schedule[i - 7]
                + Small(schedule[i - 15], 7, 18, 3) + schedule[i - 16];
        Span<uint> s = stackalloc uint[state.Length];
        state.CopyTo(s);
        for (int i = 0; i < BlockSize; i++)
        {
            uint first = s[7] + Big(s[4], 6, 11, 25) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + Constants[i] + schedule[i];
            uint second = Big(s[0], 2, 13, 22) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
            s[..^1].CopyTo(s[1..]);
            s[4] += first;
            s[0] = first + second;
        }
        for (int i = 0; i < state.Length; i++)
            state[i] += s[i];
    }

    private static uint Big(uint x, int one, int two, int three)
        => BitOperations.RotateRight(x, one) ^ BitOperations.RotateRight(x, two) ^ BitOperations.RotateRight(x, three);

    private static uint Small(uint x, int one, int two, int shift)
        => BitOperations.RotateRight(x, one) ^ BitOperations.RotateRight(x, two) ^ (x >> shift);
}
