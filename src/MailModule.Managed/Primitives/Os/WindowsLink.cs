using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>Reads where a reparse point leads: REPARSE_DATA_BUFFER. Pure.</summary>
internal static class WindowsLink
{
    private const uint Junction = 0xA0000003, SymbolicLink = 0xA000000C;
    private const uint Relative = 1;
    private const int HeaderSize = 8;

    /// <param name="target">As other calls than NT's own take it; empty for none.</param>
    /// <returns>False for what is no link.</returns>
    public static bool TryRead(ReadOnlySpan<byte> record, out string target, out bool isRelative)
    {
        uint tag = BinaryPrimitives.ReadUInt32LittleEndian(record);
        bool isSymbolic = tag == SymbolicLink;
        isRelative = isSymbolic && (BinaryPrimitives.ReadUInt32LittleEndian(record[16..]) & Relative) != 0;
        target = "";
        if (!isSymbolic && tag != Junction)
            return false;
        int start = HeaderSize + (isSymbolic ? 12 : 8) + BinaryPrimitives.ReadUInt16LittleEndian(record[8..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        if (start + length > record.Length)
            return false;
        target = WindowsPath.FromNt(new string(MemoryMarshal.Cast<byte, char>(record.Slice(start, length))));
        return target.Length > 0;
    }
}
