using MailModule.Engine.Authenticating;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_auth_fn</c>.</summary>
internal sealed unsafe class AuthCallback(nint callback, nint user)
{
    public void Tell(HostAnswer<FoundResults> answer)
    {
        nint auth = 0;
        var fault = answer.Fault;
        if (fault == Fault.None)
            fault = AuthHandle.Open(answer.Value!, out auth);
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<int, nint, nint, void>)callback)(-(int)fault, auth, user);
    }
}
