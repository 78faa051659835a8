using System.Runtime.CompilerServices;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// Structures across the border that may grow at their end (header, G4): the first member is the size that the host's
/// compiler gave them. Nothing behind it is touched.
/// </summary>
internal static unsafe class Layout
{
    /// <summary>What is larger is no size but garbage.</summary>
    public const int Largest = 4096;

    /// <summary>
    /// Copies a structure of the host's. Members that the host's header did not have are 0;
    /// <see cref="Fault.NotSupported"/> if one that ours has not is not 0.
    /// </summary>
    public static Fault Read<T>(nint pointer, out T value) where T : unmanaged
    {
        value = default;
        var fault = Check<T>(pointer, out int size);
        if (fault != Fault.None)
            return fault;
        int known = Math.Min(size, sizeof(T));
        var given = new ReadOnlySpan<byte>((void*)pointer, size);
        given[..known].CopyTo(new Span<byte>(Unsafe.AsPointer(ref value), known));
        return given[known..].ContainsAnyExcept((byte)0)
            ? FaultReason.Because(Fault.NotSupported, "the structure has members that this version does not know")
            : Fault.None;
    }

    /// <summary>Whether a structure that the host wants filled says how large it is.</summary>
    public static Fault Check<T>(nint pointer) where T : unmanaged => Check<T>(pointer, out _);

    /// <summary>Fills a structure that was checked, all but its size.</summary>
    public static void Write<T>(nint pointer, in T value) where T : unmanaged
    {
        int size = (int)Math.Min(*(nuint*)pointer, (nuint)sizeof(T));
        fixed (T* source = &value)
            new ReadOnlySpan<byte>(source, size)[sizeof(nuint)..].CopyTo(
                new Span<byte>((void*)pointer, size)[sizeof(nuint)..]);
    }

    // Every structure is in its first version: the sizes of later ones will lie between that and ours.
    private static Fault Check<T>(nint pointer, out int size) where T : unmanaged
    {
        size = 0;
        if (pointer == 0)
            return FaultReason.Because(Fault.Argument, "the structure is NULL");
        nuint given = *(nuint*)pointer;
        if (given < (nuint)sizeof(T) || given > Largest)
            return FaultReason.Because(Fault.Argument, $"the structure's size is {given}, not {sizeof(T)}");
        size = (int)given;
        return Fault.None;
    }
}
