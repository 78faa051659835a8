using System.Text;

namespace MailModule.Tests.Lines;

/// <summary>Inputs for the line readers: every short one, and long ones made of the same dangerous pieces.</summary>
internal static class Texts
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\r\n", "\r\n", ".", "..", "\r", "\n", "a", "\r\n.", "\r\n..", "\r\n.\r", "\n.\n", "\r.\r", "\0",
        "An ordinary line of text that is as long as such lines tend to be.\r\n", "0123456789abcdef",
        "0123456789abcdef0123456789abcdef\r\n",
    ];

    /// <param name="alphabet">Four octets.</param>
    public static IEnumerable<byte[]> AllUpTo(int length, string alphabet = "\r\n.a")
    {
        for (int n = 0; n <= length; n++)
            for (int number = 0; number < 1 << (2 * n); number++)
                yield return Spell(number, n, alphabet);
    }

    public static byte[] Random(Random random, int pieces)
    {
        var text = new StringBuilder();
        for (int i = 0; i < pieces; i++)
            text.Append(Pieces[random.Next(Pieces.Length)]);
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>Cuts the input at random places, often into single octets.</summary>
    public static IEnumerable<Range> Cuts(Random random, int length)
    {
        int longest = random.Next(3) switch { 0 => 1, 1 => 7, _ => 200 };
        for (int at = 0; at < length;)
        {
            int end = Math.Min(length, at + random.Next(1, longest + 1));
            yield return at..end;
            at = end;
        }
    }

    private static byte[] Spell(int number, int length, string alphabet)
    {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
            text[i] = (byte)alphabet[(number >> (2 * i)) & 3];
        return text;
    }
}
