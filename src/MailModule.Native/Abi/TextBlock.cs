using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailModule.Native.Abi;

/// <summary>Texts that are given to the host together, in one piece of memory.</summary>
internal static unsafe class TextBlock
{
    /// <summary>Copies texts, null as empty, and tells where each is.</summary>
    /// <returns>The memory, for <see cref="Text.Free"/>.</returns>
    public static nint Allocate(ReadOnlySpan<string?> texts, Span<nint> places)
    {
        var memory = (byte*)NativeMemory.Alloc((nuint)SizeOf(texts));
        Write(texts, places, memory);
        return (nint)memory;
    }

    /// <summary>As <see cref="Allocate"/>, where the caller has room that is mostly enough.</summary>
    /// <returns>The memory, for <see cref="Text.Free"/>; 0: none was needed.</returns>
    public static nint Write(ReadOnlySpan<string?> texts, Span<nint> places, byte* room, int size)
    {
        if (SizeOf(texts) > size)
            return Allocate(texts, places);
        Write(texts, places, room);
        return 0;
    }

    /// <summary>Overwrites texts that were written, which are not to be found in memory any more.</summary>
    /// <param name="first">Where the first one is.</param>
    public static void Clear(ReadOnlySpan<string?> texts, nint first)
        => CryptographicOperations.ZeroMemory(new Span<byte>((void*)first, (int)SizeOf(texts)));

    private static long SizeOf(ReadOnlySpan<string?> texts)
    {
        long size = 0;
        foreach (string? text in texts)
            size += Text.SizeOf(text ?? "");
        return size;
    }

    private static void Write(ReadOnlySpan<string?> texts, Span<nint> places, byte* memory)
    {
        for (int i = 0; i < texts.Length; i++)
        {
            places[i] = (nint)memory;
            memory = Text.Write(texts[i] ?? "", memory, Text.SizeOf(texts[i] ?? ""));
        }
    }
}
