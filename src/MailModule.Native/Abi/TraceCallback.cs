using System.Runtime.InteropServices;
using MailModule.Lines;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_trace_fn</c>.</summary>
internal sealed unsafe class TraceCallback(nint callback, nint user)
{
    private const int OnStack = 1024;

    public void Write(TraceDirection direction, string line)
    {
        int size = Text.SizeOf(line);
        byte* onStack = stackalloc byte[size <= OnStack ? size : 1];
        byte* text = size <= OnStack ? onStack : (byte*)NativeMemory.Alloc((nuint)size);
        Text.Write(line, text, size);
        using (Callbacks.EnterInsideCall())
            ((delegate* unmanaged[Cdecl]<int, byte*, nint, void>)callback)((int)direction, text, user);
        if (text != onStack)
            NativeMemory.Free(text);
    }
}
