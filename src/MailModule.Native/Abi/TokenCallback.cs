using System.Security.Cryptography;
using System.Text;

namespace MailModule.Native.Abi;

/// <summary>A host's <c>mm_token_fn</c>.</summary>
internal sealed unsafe class TokenCallback(nint callback, nint user)
{
    private const int Limit = 65536;

    /// <summary>Null: the host has none.</summary>
    public string? Read()
    {
        byte[] buffer = new byte[Limit];
        nuint length = 0;
        int code;
        fixed (byte* place = buffer)
            using (Callbacks.EnterInsideCall())
                code = ((delegate* unmanaged[Cdecl]<byte*, nuint, nuint*, nint, int>)callback)(
                    place, Limit, &length, user);
        bool isGiven = code == 0 && length is > 0 and <= Limit;
        string? token = isGiven ? Encoding.UTF8.GetString(buffer, 0, (int)length) : null;
        CryptographicOperations.ZeroMemory(buffer);
        return token;
    }
}
