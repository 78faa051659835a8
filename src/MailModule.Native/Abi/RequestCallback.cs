using System.Runtime.InteropServices;
using MailModule.Engine.Serving;

namespace MailModule.Native.Abi;

/// <summary>The host's request callback, called through the C half, for it is variadic.</summary>
internal sealed unsafe class RequestCallback(nint callback) : IRequestHandler
{
    private const int OnStack = 1024;
    private const int OutOfHandles = 451;

    /// <summary>The handler for a callback that may be NULL.</summary>
    public static RequestCallback? For(nint callback) => callback == 0 ? null : new RequestCallback(callback);

    public int Invoke(IRequestStream stream, string requestName, RequestAction action, in RequestArguments arguments)
    {
        int size = Text.SizeOf(requestName) + Text.SizeOf(arguments.Text1) + Text.SizeOf(arguments.Text2)
            + Text.SizeOf(arguments.Text3);
        byte* onStack = stackalloc byte[size <= OnStack ? size : 1];
        byte* texts = size <= OnStack ? onStack : (byte*)NativeMemory.Alloc((nuint)size);
        var handle = new RequestHandle(stream);
        try
        {
            return handle.Address == 0
                ? OutOfHandles
                : Call(handle.Address, requestName, action, arguments, texts, size);
        }
        finally
        {
            handle.Close();
            if (texts != onStack)
                NativeMemory.Free(texts);
        }
    }

    private int Call(
        nint stream, string requestName, RequestAction action, in RequestArguments arguments, byte* texts, int size)
    {
        byte* end = texts + size;
        byte* text1 = Text.Write(requestName, texts, size);
        byte* text2 = Text.Write(arguments.Text1, text1, (int)(end - text1));
        byte* text3 = Text.Write(arguments.Text2, text2, (int)(end - text2));
        Text.Write(arguments.Text3, text3, (int)(end - text3));
        using (Callbacks.Enter())
            return Shim.CallRequest(callback, stream, texts, (int)action, text1, text2, text3, arguments.Number);
    }
}
