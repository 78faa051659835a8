using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailModule.Primitives.Os;

/// <summary>
/// Random octets that nobody can guess, from the system itself. The platform's generator is OpenSSL's, and without that
/// library it ends the process; this one needs neither a library nor a file. Any thread.
/// </summary>
internal static unsafe partial class RandomOctets
{
    private const int Interrupted = 4; // EINTR

    public static void Fill(Span<byte> octets)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(octets);
            return;
        }
        while (!octets.IsEmpty)
            fixed (byte* place = octets)
            {
                nint count = getrandom(place, (nuint)octets.Length, 0);
                if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"getrandom: error {Marshal.GetLastPInvokeError()}");
                octets = octets[(int)Math.Max(count, 0)..];
            }
    }

    public static byte[] Get(int count)
    {
        byte[] octets = new byte[count];
        Fill(octets);
        return octets;
    }

    public static ushort Number16()
    {
        ushort number = 0;
        Fill(MemoryMarshal.AsBytes(new Span<ushort>(ref number)));
        return number;
    }

    /// <summary>As many octets as twice as many hexadecimal digits.</summary>
    public static string Hex(int count) => Convert.ToHexStringLower(Get(count));

    /// <summary>Each of the characters is as likely as any other.</summary>
    /// <param name="choices">256 at most.</param>
    public static void Choose(ReadOnlySpan<char> choices, Span<char> chosen)
    {
        // What is beyond the last whole round would favour the first characters.
        int limit = 256 / choices.Length * choices.Length;
        Span<byte> octets = stackalloc byte[64];
        int done = 0;
        while (done < chosen.Length)
        {
            Fill(octets);
            foreach (byte octet in octets)
                if (octet < limit && done < chosen.Length)
                    chosen[done++] = choices[octet % choices.Length];
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint getrandom(byte* octets, nuint count, uint flags);
}
