using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>
/// A host's table of handlers: it has the steps that a test names, writes down what it is asked, and answers what the
/// test says, else that the module decides.
/// </summary>
internal sealed class TestTable(HandlerSteps steps) : ISmtpHandlers
{
    private readonly Lock _lock = new();
    private readonly List<string> _asked = [];

    /// <summary>The answer to each step; null: continue.</summary>
    public Func<HandlerSteps, IHandlerSession, int>? Answer { get; init; }

    /// <summary>Set when the session is over.</summary>
    public ManualResetEventSlim IsClosed { get; } = new();

    public HandlerSteps Steps => steps;

    public string[] Asked
    {
        get
        {
            lock (_lock)
                return [.. _asked];
        }
    }

    public int Connect(IHandlerSession session) => Say(HandlerSteps.Connect, session, "");

    public int Helo(IHandlerSession session, string name) => Say(HandlerSteps.Helo, session, name);

    public int Ehlo(IHandlerSession session, string name) => Say(HandlerSteps.Ehlo, session, name);

    public int Auth(IHandlerSession session, LoginRequest login)
        => Say(HandlerSteps.Auth, session,
            $"{login.Mechanism} {login.User} {Encoding.UTF8.GetString(login.Password.Span)}");

    public int Secret(IHandlerSession session, string user) => Say(HandlerSteps.Secret, session, user);

    public int Mail(IHandlerSession session, MailRequest mail)
        => Say(HandlerSteps.Mail, session, $"{mail.Verb} <{mail.Address}> {mail.Parameters}");

    public int Domain(IHandlerSession session, string domain, IReadOnlyList<string> route)
        => Say(HandlerSteps.Domain, session, $"{domain} {string.Join('+', route)}");

    public int Lookup(IHandlerSession session, string address) => Say(HandlerSteps.Lookup, session, address);

    public int Rcpt(IHandlerSession session, RcptRequest rcpt)
        => Say(HandlerSteps.Rcpt, session, $"<{rcpt.Address}> {rcpt.Route} {rcpt.Parameters}");

    public int Data(IHandlerSession session) => Say(HandlerSteps.Data, session, "");

    public int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast)
        => Say(HandlerSteps.Chunk, session,
            $"{octets.Length}{(isFirst ? " first" : "")}{(isLast ? " last" : "")}");

    public int Message(IHandlerSession session, long size) => Say(HandlerSteps.Message, session, $"{size}");

    public int Verify(IHandlerSession session, string name) => Say(HandlerSteps.Verify, session, name);

    public int Expand(IHandlerSession session, string list) => Say(HandlerSteps.Expand, session, list);

    public int Help(IHandlerSession session, string topic) => Say(HandlerSteps.Help, session, topic);

    public int Noop(IHandlerSession session, string text) => Say(HandlerSteps.Noop, session, text);

    public int Reset(IHandlerSession session) => Say(HandlerSteps.Reset, session, "");

    public int Turn(IHandlerSession session) => Say(HandlerSteps.Turn, session, "");

    public int Unknown(IHandlerSession session, string verb, string argument)
        => Say(HandlerSteps.Unknown, session, $"{verb}|{argument}");

    public void Timeout(IHandlerSession session) => Say(HandlerSteps.Timeout, session, "");

    public void Error(IHandlerSession session, Fault fault, string text)
        => Say(HandlerSteps.Error, session, $"{fault}");

    public void Close(IHandlerSession session)
    {
        Say(HandlerSteps.Close, session, "");
        IsClosed.Set();
    }

    private int Say(HandlerSteps step, IHandlerSession session, string about)
    {
        lock (_lock)
            _asked.Add($"{step} {about}".TrimEnd());
        return Answer?.Invoke(step, session) ?? HandlerVerdict.Continue;
    }
}
