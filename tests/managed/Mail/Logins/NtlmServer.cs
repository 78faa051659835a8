using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace MailModule.Tests.Mail.Logins;

/// <summary>The server's half of NTLM version 2, by the book (MS-NLMP), for one user.</summary>
internal sealed class NtlmServer(string domain, string user, string password)
{
    // MS-NLMP §2.2.2.5: Unicode, target, signing, NTLM, always sign, server, session security, target info, version,
    // 128 bits, key exchange
    private const uint Flags = 0x628A8215 | 0x00020000;

    private byte[] _negotiate = [];

    public byte[] Challenge { get; private set; } = [];

    /// <summary>§2.2.1.2, in answer to the client's first message.</summary>
    public byte[] Ask(byte[] negotiate)
    {
        _negotiate = negotiate;
        byte[] target = Encoding.Unicode.GetBytes("SERVER");
        byte[] info = [.. Pair(2, "DOMAIN"), .. Pair(1, "SERVER"), 0, 0, 0, 0];
        byte[] message = new byte[56 + target.Length + info.Length];
        "NTLMSSP\0"u8.CopyTo(message);
        message[8] = 2;
        WriteField(message, 12, target.Length, 56);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(20), Flags);
        "\u0001\u0023\u0045\u0067\u0009\u002b\u004d\u006f"u8.CopyTo(message.AsSpan(24));
        WriteField(message, 40, info.Length, 56 + target.Length);
        message[55] = 15;
        target.CopyTo(message, 56);
        info.CopyTo(message, 56 + target.Length);
        return Challenge = message;
    }

    /// <summary>Whether the client's answer proves the password, with all three messages as we saw them.</summary>
    public bool Takes(byte[] message)
    {
        if (!message.AsSpan(0, 9).SequenceEqual("NTLMSSP\0\u0003"u8) || TextAt(message, 36) != user
            || TextAt(message, 28) != domain)
            return false;
        byte[] key = Keyed(Md4(Encoding.Unicode.GetBytes(password)),
            Encoding.Unicode.GetBytes(user.ToUpperInvariant() + domain));
        ReadOnlySpan<byte> response = FieldAt(message, 20);
        byte[] proof = Keyed(key, [.. Challenge.AsSpan(24, 8), .. response[16..]]);
        byte[] session = Rc4(Keyed(key, proof), FieldAt(message, 52));
        byte[] withoutCheck = [.. message];
        withoutCheck.AsSpan(72, 16).Clear();
        return response[..16].SequenceEqual(proof)
            && message.AsSpan(72, 16).SequenceEqual(Keyed(session, [.. _negotiate, .. Challenge, .. withoutCheck]));
    }

    /// <summary>RFC 1320, which the platform does not give out.</summary>
    public static byte[] Md4(byte[] octets)
    {
        int length = (octets.Length + 8) / 64 * 64 + 64;
        byte[] padded = new byte[length];
        octets.CopyTo(padded, 0);
        padded[octets.Length] = 0x80;
        BinaryPrimitives.WriteInt64LittleEndian(padded.AsSpan(length - 8), octets.Length * 8L);
        uint[] state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
        for (int at = 0; at < length; at += 64)
            AddBlock(state, padded.AsSpan(at, 64));
        byte[] digest = new byte[16];
        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(digest.AsSpan(4 * i), state[i]);
        return digest;
    }

    private static void AddBlock(uint[] state, ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<int> shifts = [3, 7, 11, 19, 3, 5, 9, 13, 3, 9, 11, 15];
        ReadOnlySpan<int> last = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
        for (int step = 0; step < 48; step++)
        {
            int round = step / 16;
            int word = round == 0 ? step : round == 1 ? step % 4 * 4 + step % 16 / 4 : last[step % 16];
            uint mixed = round == 0 ? (b & c) | (~b & d)
                : round == 1 ? ((b & c) | (b & d) | (c & d)) + 0x5a827999
                : (b ^ c ^ d) + 0x6ed9eba1;
            uint sum = a + mixed + BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * word)..]);
            (a, d, c, b) = (d, c, b, BitOperations.RotateLeft(sum, shifts[4 * round + step % 4]));
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }

    private static byte[] Rc4(byte[] key, ReadOnlySpan<byte> octets)
    {
        byte[] state = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        for (int i = 0, j = 0; i < 256; i++)
        {
            j = (j + state[i] + key[i % key.Length]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
        }
        byte[] result = octets.ToArray();
        for (int n = 0, i = 0, j = 0; n < result.Length; n++)
        {
            i = (i + 1) & 255;
            j = (j + state[i]) & 255;
            (state[i], state[j]) = (state[j], state[i]);
            result[n] ^= state[(state[i] + state[j]) & 255];
        }
        return result;
    }

    private static byte[] Keyed(byte[] key, ReadOnlySpan<byte> octets)
        => CryptographicOperations.HmacData(HashAlgorithmName.MD5, key, octets);

    private static byte[] Pair(byte id, string text)
        => [id, 0, (byte)(2 * text.Length), 0, .. Encoding.Unicode.GetBytes(text)];

    private static void WriteField(Span<byte> message, int at, int length, int offset)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message[at..], (ushort)length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[(at + 2)..], (ushort)length);
        BinaryPrimitives.WriteInt32LittleEndian(message[(at + 4)..], offset);
    }

    private static ReadOnlySpan<byte> FieldAt(ReadOnlySpan<byte> message, int at)
        => message.Slice(BinaryPrimitives.ReadInt32LittleEndian(message[(at + 4)..]),
            BinaryPrimitives.ReadUInt16LittleEndian(message[at..]));

    private static string TextAt(byte[] message, int at) => Encoding.Unicode.GetString(FieldAt(message, at));
}
