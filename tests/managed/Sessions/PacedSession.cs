using System.Net;
using System.Text;
using MailModule.Transport;

namespace MailModule.Tests.Sessions;

/// <summary>A session whose client a test plays, second by second, on a clock of its own.</summary>
internal sealed class PacedSession
{
    private readonly Output _output = new();
    private readonly SteppedSession _stepped;
    private double _now;

    public PacedSession(Func<MemoryPeer, ISession> create, Pace pace, SessionMemory? memory = null)
    {
        Peer = new MemoryPeer
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 4321),
            IdleTimeout = TimeSpan.FromSeconds(600),
            Pace = pace,
            Memory = memory ?? new SessionMemory(long.MaxValue),
        };
        _stepped = new SteppedSession(create(Peer), Peer);
        Send("");
    }

    public MemoryPeer Peer { get; }

    public bool IsClosed => _stepped.Waits == Next.Close;

    /// <summary>Seconds since the session began.</summary>
    public double Now => _now;

    /// <summary>Lets time pass, then sends; gives back what the session says, its farewell if its time is up.</summary>
    public string Send(string text, double after = 0)
    {
        _now += after;
        var now = TimeSpan.FromSeconds(_now);
        if (_stepped.Expire(now, _output) != Next.Close)
        {
            Next next = _stepped.Step(Encoding.ASCII.GetBytes(text), now, _output);
            while (next == Next.Write)
                next = _stepped.Step([], now, _output);
        }
        string said = Encoding.ASCII.GetString(_output.Written);
        _output.Clear();
        return said;
    }

    /// <summary>Sends the text again and again, with so many seconds between, until the session ends; when it did, and
    /// what it said last.</summary>
    public (double Seconds, string Said) Drip(string text, double every, double most = 100_000)
    {
        double from = _now;
        string said = "";
        while (!IsClosed && _now - from < most)
            said = Send(text, every);
        return (_now - from, said);
    }
}
