using MailModule.Pop3;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_pop3_message_fn</c>.</summary>
internal sealed unsafe class MessageCallback(nint callback, nint user)
{
    /// <summary>False: no further message is wanted.</summary>
    public bool Take(int number, ReadOnlyMemory<byte> octets, Pop3Status status)
    {
        fixed (byte* place = octets.Span)
            using (Callbacks.EnterInsideCall())
                return ((delegate* unmanaged[Cdecl]<int, byte*, nuint, int, nint, int>)callback)(
                    number, place, (nuint)octets.Length, (int)status, user) == 0;
    }
}
