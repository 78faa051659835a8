using MailModule.Engine.Retrieving;

namespace MailModule.Native.Abi;

/// <summary>
/// The host's callback for looks at mailboxes elsewhere. That calls of events do not overlap, and that none comes after
/// another was set, is the engine's part.
/// </summary>
internal sealed unsafe class FetchEventCallback(nint callback, nint user)
{
    public void Invoke(FetchResult result)
    {
        using (Callbacks.Enter())
            Call(result);
    }

    /// <summary>In the middle of a call of the host's own.</summary>
    public void InvokeInsideCall(FetchResult result)
    {
        using (Callbacks.EnterInsideCall())
            Call(result);
    }

    private void Call(FetchResult result)
    {
        var layout = FetchResultLayout.Of(result, out nint memory);
        ((delegate* unmanaged[Cdecl]<FetchResultLayout*, nint, void>)callback)(&layout, user);
        Text.Free(memory);
    }
}
