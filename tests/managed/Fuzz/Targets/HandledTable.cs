using System.Text;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// One table of a scripted host. It holds the library to its word: content comes once and in order, whole messages are
/// what came, nothing comes behind a refusal, and behind the end nothing at all.
/// </summary>
internal sealed class HandledTable(HandledHost host, int number, HandlerSteps steps) : ISmtpHandlers
{
    private readonly StringBuilder _pieces = new();
    private IHandlerSession? _session;
    private int _content;
    private bool _isWhole;
    private bool _isRefused;
    private bool _isAsked;

    public HandlerSteps Steps => steps;

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
        Assert.Equal(Fault.State, _session.AddHeader("X-Fuzz", "x"));
        Assert.True(_session.Info is null && _session.RecipientCount == 0);
    }

    public int Connect(IHandlerSession session) => Say(HandlerSteps.Connect, session, "");

    public int Helo(IHandlerSession session, string name) => Say(HandlerSteps.Helo, session, name);

    public int Ehlo(IHandlerSession session, string name) => Say(HandlerSteps.Ehlo, session, name);

    public int Auth(IHandlerSession session, LoginRequest login)
        => Say(HandlerSteps.Auth, session, $"{login.Mechanism} {login.User}", () =>
        {
            Assert.Equal(Fault.None, session.SetLogin("hosts"));
            Assert.Equal(Fault.Argument, session.SetLogin("a\r\nb"));
        });

    public int Secret(IHandlerSession session, string user)
        => Say(HandlerSteps.Secret, session, user, () =>
        {
            Assert.Equal(Fault.None, session.SetSecret(HandledHost.Secret));
            Assert.Equal(Fault.Argument, session.SetSecret("a\nb"));
        });

    public int Mail(IHandlerSession session, MailRequest mail)
        => Say(HandlerSteps.Mail, session, $"{mail.Verb} {mail.Address}", () => Redirect(session));

    public int Rcpt(IHandlerSession session, RcptRequest rcpt)
        => Say(HandlerSteps.Rcpt, session, $"{rcpt.Address}", () => Redirect(session));

    public int Domain(IHandlerSession session, string domain, IReadOnlyList<string> route)
        => Say(HandlerSteps.Domain, session, domain, () => Redirect(session));

    public int Lookup(IHandlerSession session, string address)
        => Say(HandlerSteps.Lookup, session, address, () =>
        {
            host.Redirect();
            Assert.Equal(Fault.None, session.SetExpansion("f@d"));
        });

    public int Data(IHandlerSession session)
        => Say(HandlerSteps.Data, session, $"{session.RecipientCount}", () => Redirect(session));

    public int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast)
    {
        BeginContent();
        Assert.Equal(_pieces.Length == 0, isFirst);
        Assert.False(_isWhole || _isRefused, "a piece behind the last one");
        Assert.True(octets.Length <= 65536 && (isLast || octets.Length == 65536));
        _pieces.Append(Encoding.Latin1.GetString(octets));
        _isWhole = isLast;
        if (isLast)
            CheckPieces();
        int length = octets.Length;
        int verdict = Say(HandlerSteps.Chunk, session, $"{length}{(isLast ? " last" : "")}");
        _isRefused = verdict is HandlerVerdict.Reject or HandlerVerdict.Close;
        return verdict;
    }

    public int Message(IHandlerSession session, long size)
    {
        BeginContent();
        Assert.False(_isAsked || _isRefused, "asked twice, or about what was refused");
        _isAsked = true;
        Assert.Equal(host.Content.Length, size);
        if ((steps & HandlerSteps.Chunk) != 0)
            CheckPieces();
        Assert.Equal(host.Content.ToString(), Read(session));
        return Say(HandlerSteps.Message, session, $"{size}", () => ActOnMessage(session));
    }

    public int Verify(IHandlerSession session, string name) => Say(HandlerSteps.Verify, session, name);

    public int Expand(IHandlerSession session, string list) => Say(HandlerSteps.Expand, session, list);

    public int Help(IHandlerSession session, string topic) => Say(HandlerSteps.Help, session, topic);

    public int Noop(IHandlerSession session, string text) => Say(HandlerSteps.Noop, session, text);

    public int Reset(IHandlerSession session) => Say(HandlerSteps.Reset, session, "");

    public int Turn(IHandlerSession session) => Say(HandlerSteps.Turn, session, "");

    public int Unknown(IHandlerSession session, string verb, string argument)
        => Say(HandlerSteps.Unknown, session, $"{verb} {argument}");

    public void Timeout(IHandlerSession session) => End(session);

    public void Error(IHandlerSession session, Fault fault, string text) => End(session);

    public void Close(IHandlerSession session)
    {
        End(session);
        Ends++;
    }

    private void End(IHandlerSession session)
    {
        IsCalled = true;
        Assert.Equal(0, Ends);
        Assert.Equal(Fault.State, session.Defer(TimeSpan.Zero, 0, out _));
    }

    private int Say(HandlerSteps step, IHandlerSession session, string about, Action? act = null)
    {
        IsCalled = true;
        Assert.Equal(0, Ends);
        Assert.True((steps & step) != 0, $"{step}: the table has no such handler");
        Assert.Same(_session ??= session, session);
        Assert.NotNull(session.Info);
        return host.Answer(step, session, $"{number} {about}", one =>
        {
            if (one.Acts)
                act?.Invoke();
        });
    }

    private void Redirect(IHandlerSession session)
    {
        host.Redirect();
        Assert.Equal(Fault.None, session.SetSender("x@y"));
        Fault added = session.AddRecipient("e@d");
        Assert.True(added is Fault.None or Fault.Limit);
        Assert.True(session.AddRecipient("far@away.example") is Fault.None or Fault.Limit);
        Assert.True(session.AddRecipient("nobody@d") is Fault.NotFound or Fault.Limit);
        if (session.RecipientCount > 1)
            Assert.Equal(Fault.None, session.RemoveRecipient(0));
        Assert.Equal(Fault.NotFound, session.RemoveRecipient(session.RecipientCount));
        Assert.Equal(Fault.Argument, session.AddHeader("X-Fuzz", "a\r\nb: c"));
        AddHeader(session);
    }

    private void AddHeader(IHandlerSession session)
    {
        Assert.Equal(Fault.None, session.AddHeader("X-Fuzz", $"{number}"));
        host.Fields.Append($"X-Fuzz: {number}\r\n");
    }

    private void ActOnMessage(IHandlerSession session)
    {
        AddHeader(session);
        Fault fault = session.SetRecipientReply(0, 450, null, "Not now");
        if (fault == Fault.None)
            host.Redirect();
        Assert.True(fault is Fault.None or Fault.State or Fault.NotFound);
        Assert.Equal(Fault.None, session.GetPath(out string? path));
        Assert.Equal(host.Content.ToString(), File.ReadAllText(path!, Encoding.Latin1));
    }

    private void BeginContent()
    {
        if (_content == host.Contents)
            return;
        _content = host.Contents;
        _pieces.Clear();
        _isWhole = _isRefused = _isAsked = false;
    }

    private void CheckPieces()
    {
        Assert.True(_isWhole, "the last piece is missing");
        Assert.Equal(host.Content.ToString(), _pieces.ToString());
    }

    private string Read(IHandlerSession session)
    {
        byte[] buffer = new byte[1000 * number + 77];
        var text = new StringBuilder();
        int count;
        do
        {
            Assert.Equal(Fault.None, session.ReadMessage(text.Length, buffer, out count));
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        while (count > 0);
        return text.ToString();
    }
}
