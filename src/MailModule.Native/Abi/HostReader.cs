namespace MailModule.Native.Abi;

/// <summary>An <c>mm_send_read_fn</c> that is called on the thread of the call.</summary>
internal sealed unsafe class HostReader(nint callback, nint user)
{
    /// <summary>The next octets; 0 at the end, below 0 if the host says that there are none to be had.</summary>
    public int Read(Span<byte> buffer)
    {
        nuint length = 0;
        int code;
        fixed (byte* place = buffer)
            using (Callbacks.Enter())
                code = ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, nint, int>)callback)(
                    place, (nuint)buffer.Length, &length, user);
        return code == 0 && length <= (nuint)buffer.Length ? (int)length : -1;
    }
}
