using System.Text;
using MailModule.Transport;

namespace MailModule.Tests.Loopback;

/// <summary>
/// A session that does what a test says with each line (LF included), and checks how the connection treats it.
/// </summary>
internal sealed class ScriptedSession(Connection connection, Func<ScriptedSession, string, Output, Next> onLine)
    : ISession
{
    private int _inside;
    private int _closed;
    private bool _isWaiting;

    public Connection Connection { get; } = connection;
    public string? Greeting { get; init; }

    /// <summary>Those of the <see cref="Loop"/> that the session runs in.</summary>
    public Workers Workers { get; set; } = null!;

    /// <summary>Called after a wait, a drained write or a handshake; Read by default.</summary>
    public Func<ScriptedSession, Output, Next>? OnContinue { get; set; }

    public ManualResetEventSlim Ended { get; } = new();
    public ExpiryReason? Expired { get; private set; }
    public List<string> Wrongs { get; } = [];
    private bool _isGreeted;
    private bool _goesOn;

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0 || _closed != 0)
            Wrongs.Add("advanced by two, or after its end");
        Volatile.Write(ref _isWaiting, true); // before whoever resumes can know of it
        Next next = AdvanceInside(ref input, output);
        if (next != Next.Wait)
            Volatile.Write(ref _isWaiting, false);
        _goesOn = next is Next.Wait or Next.Write or Next.StartTls;
        Volatile.Write(ref _inside, 0);
        return next;
    }

    /// <summary>Ends a wait.</summary>
    public void Resume()
    {
        Volatile.Write(ref _isWaiting, false);
        Connection.Resume();
    }

    public void Expire(ExpiryReason reason, Output output)
    {
        Expired = reason;
        output.Write($"bye {reason}\n");
    }

    public void Closed()
    {
        if (Interlocked.Increment(ref _closed) != 1 || Volatile.Read(ref _inside) != 0 || Volatile.Read(ref _isWaiting))
            Wrongs.Add("closed twice, while at work or while waiting");
        Ended.Set();
    }

    private Next AdvanceInside(ref ReadOnlySpan<byte> input, Output output)
    {
        if (!_isGreeted && input.IsEmpty)
        {
            _isGreeted = true;
            if (Greeting is not null)
                output.Write(Greeting);
            return Next.Read;
        }
        if (_goesOn && OnContinue is not null)
        {
            Next next = OnContinue(this, output);
            if (next != Next.Read)
                return next;
        }
        while (input.IndexOf((byte)'\n') is var end and >= 0)
        {
            string line = Encoding.ASCII.GetString(input[..(end + 1)]);
            input = input[(end + 1)..];
            Next next = onLine(this, line, output);
            if (next != Next.Read)
                return next;
        }
        return Next.Read;
    }
}
