using MailModule.Pop3;
using MailModule.Transport;

namespace MailModule.Engine.Proxying;

/// <summary>
/// A client's session behind a login that was passed on: commands go to the other server line by line, what it answers
/// comes back as it is. A command of which only a part has come never goes there, so that a client that is lost in the
/// middle of a QUIT deletes nothing.
/// </summary>
/// <param name="replaced">The session until then, whose end is this one's.</param>
/// <param name="speed">Of the client.</param>
/// <param name="runAfter">Runs a job when a time is over, or when the server stops.</param>
internal sealed class ProxiedClientSession(
    PipeEnd end, Connection connection, ISession replaced, IClientSpeed speed, Action<TimeSpan, IJob> runAfter)
    : ISession, IJob
{
    /// <summary>Octets that are sent before more is made.</summary>
    private const int OutputBound = 64 * 1024;

    // A stop of the server ends each wait at once, and none may begin anew.
    private bool _hasWaited;

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        while (true)
        {
            GiveLines(ref input);
            if (!_hasWaited && end.HasIncoming && speed.Wait is var wait && wait > TimeSpan.Zero)
            {
                runAfter(wait, this);
                return Next.Wait;
            }
            int room = Math.Min(OutputBound - output.Length, speed.Piece);
            int taken = end.Take(output, room);
            speed.Add(taken);
            _hasWaited = false;
            if (taken == room)
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

    /// <summary>The client may have its next piece.</summary>
    void IJob.Run()
    {
        _hasWaited = true;
        connection.Resume();
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
