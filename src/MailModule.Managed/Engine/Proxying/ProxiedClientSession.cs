using MailModule.Pop3;
using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>
/// A client's session behind a login that was passed on: commands go to the other server line by line, what it answers
/// comes back as it is. A command of which only a part has come never goes there, so that a client that is lost in the
/// middle of a QUIT deletes nothing.
/// </summary>
/// <param name="replaced">The session until then, whose end is this one's.</param>
internal sealed class ProxiedClientSession(PipeEnd end, Connection connection, ISession replaced) : ISession
{
    /// <summary>Octets that are sent before more is made.</summary>
    private const int OutputBound = 64 * 1024;

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            GiveLines(ref input);
            int room = OutputBound - output.Length;
            if (room <= 0 || end.Take(output, room) == room)
                return Next.Write;
            int line = input.IndexOf((byte)'\n') + 1;
            bool isTooLong = (line > 0 ? line : input.Length) > Pop3Command.ExchangeLineLimit;
            if (end.IsOver || isTooLong)
                return Close(ref input);
            if (line == 0)
                return Next.Read;
            if (end.TryWait(line))
                return Next.Wait;
            if (!end.MayWait)
                return Close(ref input);
        }
    }

    // RFC 1939 §3: a session that times out closes without a word, which here would stand in the middle of a message.
    public void Expire(ExpiryReason reason, Output output)
    {
    }

    public void Closed()
    {
        end.End();
        replaced.Closed();
    }

    private static Next Close(ref ReadOnlySpan<byte> input)
    {
        input = default;
        return Next.Close;
    }

    /// <summary>Gives whole lines, as far as there is room.</summary>
    private void GiveLines(ref ReadOnlySpan<byte> input)
    {
        int length = input[..Math.Min(input.Length, end.Room)].LastIndexOf((byte)'\n') + 1;
        if (length > 0)
        {
            connection.Expect(Expected.Command);
            end.Give(input[..length]);
            input = input[length..];
        }
        if (!input.IsEmpty && !input.Contains((byte)'\n'))
            connection.Expect(Expected.RestOfLine);
    }
}
