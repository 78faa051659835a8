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
        long size = (long)Text.SizeOf(requestName) + Text.SizeOf(arguments.Text1) + Text.SizeOf(arguments.Text2)
            + Text.SizeOf(arguments.Text3);
        byte* onStack = stackalloc byte[size <= OnStack ? (int)size : 1];
        byte* texts = size <= OnStack ? onStack : (byte*)NativeMemory.Alloc((nuint)size);
        RequestHandle handle = HandleOf(stream);
        handle.BeginRequest();
        try
        {
            return handle.Address == 0
                ? OutOfHandles
                : Call(handle.Address, requestName, action, arguments, texts);
        }
        finally
        {
            handle.EndRequest();
            if (texts != onStack)
                NativeMemory.Free(texts);
        }
    }

    /// <summary>The first request of a connection makes it.</summary>
    private static RequestHandle HandleOf(IRequestStream stream)
    {
        if (stream.Handle is RequestHandle made)
            return made;
        var handle = new RequestHandle(stream);
        if (handle.Address != 0)
            stream.Handle = handle;
        return handle;
    }

    private int Call(
        nint stream, string requestName, RequestAction action, in RequestArguments arguments, byte* texts)
    {
        byte* text1 = Text.Write(requestName, texts, Text.SizeOf(requestName));
        byte* text2 = Text.Write(arguments.Text1, text1, Text.SizeOf(arguments.Text1));
        byte* text3 = Text.Write(arguments.Text2, text2, Text.SizeOf(arguments.Text2));
        Text.Write(arguments.Text3, text3, Text.SizeOf(arguments.Text3));
        using (Callbacks.Enter())
            return Shim.CallRequest(callback, stream, texts, (int)action, text1, text2, text3, arguments.Number);
    }
}
