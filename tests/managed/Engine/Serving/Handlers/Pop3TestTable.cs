using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// A host's table of handlers of the POP3 server: it has the steps that a test names, writes down what it is asked, and
/// answers what the test says, else that the module decides.
/// </summary>
internal class Pop3TestTable(Pop3Steps steps) : IPop3Handlers
{
    private readonly Lock _lock = new();
    private readonly List<string> _asked = [];

    /// <summary>The answer to each step; null: continue.</summary>
    public Func<Pop3Steps, IPop3HandlerSession, int>? Answer { get; init; }

    /// <summary>Set when a session is over.</summary>
    public ManualResetEventSlim IsClosed { get; } = new();

    public Pop3Steps Steps => steps;

    public string[] Asked
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    public int Connect(IPop3HandlerSession session) => Say(Pop3Steps.Connect, session, "");

    public int Capabilities(IPop3HandlerSession session) => Say(Pop3Steps.Capabilities, session, "");

    public int Auth(IPop3HandlerSession session, LoginRequest login)
        => Say(Pop3Steps.Auth, session,
            $"{login.Mechanism} {login.User} {Encoding.UTF8.GetString(login.Password.Span)}{login.Token}");

    public int Secret(IPop3HandlerSession session, string user) => Say(Pop3Steps.Secret, session, user);

    public int Open(IPop3HandlerSession session, string name, string folder)
        => Say(Pop3Steps.Open, session, $"{name}|{folder}");

    public virtual int Retrieve(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Retrieve, session, About(message));

    public virtual int Read(IPop3HandlerSession session, int room)
    {
        Assert.InRange(room, 16_384, int.MaxValue);
        return Say(Pop3Steps.Read, session, "");
    }

    public int Delete(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Delete, session, About(message));

    public int Reset(IPop3HandlerSession session) => Say(Pop3Steps.Reset, session, "");

    public int Remove(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Remove, session, About(message));

    public int Update(IPop3HandlerSession session) => Say(Pop3Steps.Update, session, "");

    public int Noop(IPop3HandlerSession session, string text) => Say(Pop3Steps.Noop, session, text);

    public int Unknown(IPop3HandlerSession session, string verb, string argument)
        => Say(Pop3Steps.Unknown, session, $"{verb}|{argument}");

    public void Timeout(IPop3HandlerSession session) => Say(Pop3Steps.Timeout, session, "");

    public void Error(IPop3HandlerSession session, Fault fault, string text)
        => Say(Pop3Steps.Error, session, $"{fault}");

    public void Close(IPop3HandlerSession session)
    {
        Say(Pop3Steps.Close, session, "");
        IsClosed.Set();
    }

    protected int Say(Pop3Steps step, IPop3HandlerSession session, string about)
    {
        lock (_lock)
            _asked.Add($"{step} {about}".TrimEnd());
        return Answer?.Invoke(step, session) ?? HandlerVerdict.Continue;
    }

    private static string About(MessageRequest message)
        => $"{message.Number} {message.Id} {message.Octets} {message.Lines} {message.Data}";
}
