using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>One table of a scripted host with a mail store. Behind the end it hears nothing.</summary>
internal sealed class HandledPop3Table(HandledPop3Host host, int number, Pop3Steps steps) : IPop3Handlers
{
    private IPop3HandlerSession? _session;

    public Pop3Steps Steps => steps;

    /// <summary>Any handler was called.</summary>
    public bool IsCalled { get; private set; }

    /// <summary>How often it heard of the end.</summary>
    public int Ends { get; private set; }

    /// <summary>No handler runs or owes an answer.</summary>
    public void CheckOutside()
    {
        if (_session is null)
            return;
        Assert.Equal(Fault.State, _session.SetReply(0, null, "x"));
        Assert.Equal(Fault.State, _session.AddMessage(1, "x", 0));
        Assert.Equal(Fault.State, _session.Write("x"u8));
        Assert.Null(_session.Info);
    }

    public int Connect(IPop3HandlerSession session) => Say(Pop3Steps.Connect, session, "");

    public int Capabilities(IPop3HandlerSession session) => Say(Pop3Steps.Capabilities, session, "");

    public int Auth(IPop3HandlerSession session, LoginRequest login)
        => Say(Pop3Steps.Auth, session, $"{login.Mechanism} {login.User}", (one, _) =>
        {
            if (one.Acts)
                Assert.Equal(Fault.None, session.SetLogin("hosts"));
            Assert.Equal(Fault.Argument, session.SetLogin("a\r\nb"));
        });

    public int Secret(IPop3HandlerSession session, string user)
        => Say(Pop3Steps.Secret, session, user, (one, _) =>
        {
            if (one.Acts)
                Assert.Equal(Fault.None, session.SetSecret(HandledHost.Secret));
            Assert.Equal(Fault.Argument, session.SetSecret("a\nb"));
        });

    public int Open(IPop3HandlerSession session, string name, string folder)
        => Say(Pop3Steps.Open, session, $"{name} {folder}", (_, _) =>
        {
            for (int i = 0; i < HandledPop3Host.Texts.Length; i++)
                Assert.Equal(Fault.None, session.AddMessage(HandledPop3Host.Texts[i].Length, $"id-{i}", number));
            Assert.Equal(Fault.Argument, session.AddMessage(1, "id-0", 0));
        });

    public int Retrieve(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Retrieve, session, About(message),
            (_, verdict) => host.Write(Pop3Steps.Retrieve, session, verdict, int.MaxValue, message));

    public int Read(IPop3HandlerSession session, int room)
        => Say(Pop3Steps.Read, session, "", (one, verdict) =>
        {
            Assert.InRange(room, 16_384, int.MaxValue);
            if (one.Misbehaves)
                Assert.Equal(Fault.Limit, session.Write(new byte[room + 1]));
            host.Write(Pop3Steps.Read, session, verdict, room, null);
        });

    public int Delete(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Delete, session, About(message));

    public int Reset(IPop3HandlerSession session) => Say(Pop3Steps.Reset, session, "");

    public int Remove(IPop3HandlerSession session, MessageRequest message)
        => Say(Pop3Steps.Remove, session, About(message), (_, verdict) =>
        {
            // What lets others decide is asked of the next table as well.
            if (verdict != HandlerVerdict.Continue)
                host.Remove(message.Number);
        });

    public int Update(IPop3HandlerSession session) => Say(Pop3Steps.Update, session, "");

    public int Noop(IPop3HandlerSession session, string text) => Say(Pop3Steps.Noop, session, text);

    public int Unknown(IPop3HandlerSession session, string verb, string argument)
        => Say(Pop3Steps.Unknown, session, $"{verb} {argument}");

    public void Timeout(IPop3HandlerSession session) => End(session);

    public void Error(IPop3HandlerSession session, Fault fault, string text) => End(session);

    public void Close(IPop3HandlerSession session)
    {
        End(session);
        Ends++;
    }

    private static string About(MessageRequest message) => $"{message.Number} {message.Id} {message.Lines}";

    private void End(IPop3HandlerSession session)
    {
        IsCalled = true;
        Assert.Equal(0, Ends);
        Assert.Equal(Fault.State, session.Defer(TimeSpan.Zero, 0, out _));
        Assert.Equal(Fault.State, session.Write("x"u8));
    }

    private int Say(
        Pop3Steps step, IPop3HandlerSession session, string about, Action<ScriptedStep, int>? act = null)
    {
        IsCalled = true;
        Assert.Equal(0, Ends);
        Assert.True((steps & step) != 0, $"{step}: the table has no such handler");
        Assert.Same(_session ??= session, session);
        Assert.NotNull(session.Info);
        return host.Answer(step, session, $"{number} {about}", act);
    }
}
