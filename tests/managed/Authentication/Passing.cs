using System.Text;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

/// <summary>Messages as they go by, in pieces of a size that a test chooses.</summary>
internal static class Passing
{
    /// <summary>Sizes of pieces: byte by byte, odd ones, and whole.</summary>
    public static readonly int[] Sizes = [1, 2, 3, 7, 64, int.MaxValue];

    /// <summary>Latin-1.</summary>
    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    public static void Pass(ReadOnlySpan<byte> message, int size, params IMessageWatcher[] watchers)
    {
        var pass = new MessagePass(watchers);
        for (int at = 0; at < message.Length; at += Math.Min(size, message.Length - at))
            pass.Append(message.Slice(at, Math.Min(size, message.Length - at)));
        pass.End();
    }

    /// <summary>The header section as it is seen when it ends.</summary>
    public static HeaderSection Header(string message, int size = int.MaxValue)
    {
        var seen = new HeaderKeeper();
        Pass(Octets(message), size, seen);
        return seen.Header!;
    }

    private sealed class HeaderKeeper : IMessageWatcher
    {
        public HeaderSection? Header { get; private set; }

        public void HeaderEnded(HeaderSection header, BodyHashes hashes)
        {
            Assert.Null(Header);
            Header = header;
        }
    }
}
