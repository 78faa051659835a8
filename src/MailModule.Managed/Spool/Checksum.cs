using System.Numerics;
using System.Runtime.InteropServices;

namespace MailModule.Spool;

/// <summary>CRC-32C (RFC 3720 §12.1), by the processor's own instruction where it has one.</summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> octets)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(octets);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word
                : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (byte octet in octets[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
