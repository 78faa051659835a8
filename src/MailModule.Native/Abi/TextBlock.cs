using System.Runtime.InteropServices;

namespace MailModule.Native.Abi;

/// <summary>Texts that are given to the host together, in one piece of memory.</summary>
internal static unsafe class TextBlock
{
    /// <summary>Copies texts, null as empty, and tells where each is.</summary>
    /// <returns>The memory, for <see cref="Text.Free"/>.</returns>
    public static nint Allocate(ReadOnlySpan<string?> texts, Span<nint> places)
    {
        long size = 0;
        foreach (string? text in texts)
            size += Text.SizeOf(text ?? "");
        var memory = (byte*)NativeMemory.Alloc((nuint)size);
        byte* next = memory;
        for (int i = 0; i < texts.Length; i++)
        {
            places[i] = (nint)next;
            next = Text.Write(texts[i] ?? "", next, Text.SizeOf(texts[i] ?? ""));
        }
        return (nint)memory;
    }
}
