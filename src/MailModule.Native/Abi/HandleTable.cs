using System.Runtime.InteropServices;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// What a handle stands for.
///
/// A handle is the address of a slot in one range of memory that is never given back, and the slot's word holds that
/// same address. So <c>h</c> and <c>&amp;h</c> can both be told: a value inside the range is a handle (live or stale),
/// any other is read once as the address of one. What a slot stands for is kept apart, on the managed side: nothing a
/// host writes into the range can make the engine trust it. A slot that was freed is not used again before
/// <see cref="Fresh"/> others were, and then the longest free one first, so that a stale handle is answered with an
/// error for as long as can be.
/// </summary>
internal static unsafe class HandleTable
{
    private const int SlotSize = 16;
    private const int Capacity = 1 << 20;
    private const int Fresh = 1 << 16;
    private const int ChunkSize = 1 << 10;

    private static readonly Lock TableLock = new();
    private static readonly Queue<int> Freed = new();
    private static readonly object?[]?[] Chunks = new object?[Capacity / ChunkSize][];
    // Zeroed memory of this size comes from the system page by page as it is touched.
    private static readonly nint Base = (nint)NativeMemory.AllocZeroed(Capacity, SlotSize);
    private static int s_used;

    /// <summary>Why there is no handle where <see cref="Add"/> gave 0.</summary>
    public static Fault TooMany => FaultReason.Because(Fault.Limit, "a million handles are open");

    /// <summary>Makes a handle for an object; 0 when a million are alive.</summary>
    public static nint Add(object target)
    {
        lock (TableLock)
        {
            int index;
            if (s_used < Fresh || (Freed.Count == 0 && s_used < Capacity))
                index = s_used++;
            else if (!Freed.TryDequeue(out index))
                return 0;
            nint handle = Base + (nint)index * SlotSize;
            *(nint*)handle = handle;
            Volatile.Write(ref (Chunks[index / ChunkSize] ??= new object?[ChunkSize])[index % ChunkSize], target);
            return handle;
        }
    }

    /// <summary>Makes a handle stale. Once for each handle.</summary>
    public static void Remove(nint handle)
    {
        int index = (int)((handle - Base) / SlotSize);
        lock (TableLock)
        {
            Volatile.Write(ref Chunks[index / ChunkSize]![index % ChunkSize], null);
            Freed.Enqueue(index);
        }
    }

    /// <summary>
    /// What a handle, or the address of a variable that holds one, stands for. <see cref="Fault.Handle"/> if it is
    /// NULL, stale or of another kind.
    /// </summary>
    public static Fault Find<T>(nint value, out T target) where T : class
    {
        object? found = Find(value);
        target = (found as T)!;
        return target is not null ? Fault.None : FaultReason.Because(Fault.Handle, value == 0 ? "it is NULL"
            : found is null ? "it has ended, or never was one"
            : "it is of another kind");
    }

    private static object? Find(nint value)
    {
        if (!IsInside(value))
        {
            if (!MayBeVariable(value))
                return null;
            value = *(nint*)value;
            if (!IsInside(value))
                return null;
        }
        if ((value - Base) % SlotSize != 0)
            return null;
        int index = (int)((value - Base) / SlotSize);
        var chunk = Volatile.Read(ref Chunks[index / ChunkSize]);
        return chunk is null ? null : Volatile.Read(ref chunk[index % ChunkSize]);
    }

    private static bool IsInside(nint value) => (nuint)(value - Base) < (nuint)Capacity * SlotSize;

    /// <summary>
    /// Small numbers and odd addresses are no variable's address: they need not be read to be refused.
    /// </summary>
    private static bool MayBeVariable(nint value) => (nuint)value >= 0x10000 && value % sizeof(nint) == 0;
}
