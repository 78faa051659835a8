using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Text across the border: UTF-8 that ends with NUL on the C side, strings on ours.</summary>
internal static unsafe class Text
{
    /// <summary>Octets for the detail of an error message; what is longer is cut.</summary>
    public const int DetailSize = 960;

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Copies the host's text. NULL and what is not UTF-8 is <see cref="Fault.Argument"/>.</summary>
    /// <param name="name">The argument's name in the header.</param>
    public static Fault Read(nint pointer, string name, out string text)
    {
        text = "";
        if (pointer == 0)
            return FaultReason.Because(Fault.Argument, $"{name} is NULL");
        var octets = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)pointer);
        if (!Utf8.IsValid(octets))
            return FaultReason.Because(Fault.Argument, $"{name} is not UTF-8");
        text = Strict.GetString(octets);
        return Fault.None;
    }

    /// <summary>As <see cref="Read"/>, but NULL is null.</summary>
    public static Fault ReadOptional(nint pointer, string name, out string? text)
    {
        text = null;
        return pointer == 0 ? Fault.None : Read(pointer, name, out text);
    }

    /// <summary>Octets that <see cref="Write"/> needs at most.</summary>
    public static int SizeOf(string text) => Encoding.UTF8.GetMaxByteCount(text.Length) + 1;

    /// <summary>
    /// Writes text with its NUL, whole characters only if the room is short. Returns what follows it.
    /// </summary>
    public static byte* Write(string text, byte* destination, int size)
    {
        Utf8.FromUtf16(text, new Span<byte>(destination, size - 1), out _, out int written);
        destination[written] = 0;
        return destination + written + 1;
    }

    /// <summary>Gives a text to a host that says how much room there is; a length place of 0 is not wanted.</summary>
    public static Fault Copy(string text, nint buffer, nuint size, nint length)
    {
        int octets = Encoding.UTF8.GetByteCount(text);
        if (length != 0)
            *(nuint*)length = (nuint)octets;
        if (buffer == 0)
            return Fault.None;
        if (size <= (nuint)octets)
            return FaultReason.Because(Fault.Limit, $"it has {octets} octets, and a NUL");
        Write(text, (byte*)buffer, octets + 1);
        return Fault.None;
    }

    /// <summary>A copy in memory of its own; <see cref="Free"/> ends it.</summary>
    public static nint Allocate(string text)
    {
        int size = SizeOf(text);
        var memory = (byte*)NativeMemory.Alloc((nuint)size);
        Write(text, memory, size);
        return (nint)memory;
    }

    /// <summary>Ends what <see cref="Allocate"/> made; 0 is nothing.</summary>
    public static void Free(nint text) => NativeMemory.Free((void*)text);
}
