using MailModule.Engine.Authenticating;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_sign_fn</c>.</summary>
internal sealed unsafe class SignCallback(nint callback, nint user)
{
    public void Tell(HostAnswer<string> answer)
    {
        string fields = answer.Value ?? "";
        nint memory = Text.Allocate(fields);
        var length = (nuint)System.Text.Encoding.UTF8.GetByteCount(fields);
        try
        {
            using (Callbacks.Enter())
                ((delegate* unmanaged[Cdecl]<int, nint, nuint, nint, void>)callback)(
                    -(int)answer.Fault, memory, length, user);
        }
        finally
        {
            Text.Free(memory);
        }
    }
}
