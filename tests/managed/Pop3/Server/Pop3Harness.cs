using System.Text;
using MailModule.Engine.Serving;
using MailModule.Mail.Logins.Server;
using MailModule.Policy;
using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Tests.Engine.Serving;
using MailModule.Transport;

namespace MailModule.Tests.Pop3.Server;

/// <summary>
/// A session over memory, stepped by the test, with a backend of fixed answers: user "u" has the password "p w".
/// Answers come at once, or each as pending.
/// </summary>
internal sealed class Pop3Harness : IPop3Backend
{
    private readonly Output _output = new();
    private readonly StringBuilder _received = new();
    private readonly MemoryPeer _peer = new();
    private SteppedSession? _stepped;
    private RetrReadAhead? _ahead;
    private Action? _pending;
    private Stream? _message;

    public Pop3Harness(Pop3ServerOptions? options = null, params string[] texts)
    {
        Drop = new MemoryMaildrop(texts);
        Session = new Pop3Session(
            options ?? new Pop3ServerOptions { HostName = "mail.example", PlainAuthWithoutTls = true }, this, _peer);
    }

    /// <summary>The dialogue is told to it; null: it is not.</summary>
    public Action<string>? Trace { get; init; }

    private SteppedSession Stepped => _stepped ??= new SteppedSession(
        Trace is null ? Session : new TracedSession(Session, new Pop3ServerTrace(Trace)), _peer);

    public Pop3Session Session { get; }
    public MemoryMaildrop Drop { get; }
    public bool HasMaildrop { get; private set; }
    public bool HasMessage => _message is not null;
    public bool AnswersPending { get; init; }
    public Pop3Asked Asked { get; init; }
    /// <summary>To what is <see cref="Asked"/>.</summary>
    public Pop3Verdict AskedVerdict { get; set; } = Pop3Verdict.Accept;
    /// <summary>The user's own name, where another was told.</summary>
    public string? OwnName { get; init; }
    public Pop3Verdict? LoginVerdict { get; init; }
    public Pop3Verdict? OpenVerdict { get; init; }
    public Pop3Verdict QuitVerdict { get; init; } = Pop3Verdict.Accept;
    public int ReadLimit { get; init; } = int.MaxValue;
    public int FailReadAfter { get; init; } = int.MaxValue;
    /// <summary>Answers are made ahead in this memory; null: none are.</summary>
    public ReadAheadBuffers? ReadAheadBuffers { get; init; }
    public int Opens { get; private set; }
    public List<string> Calls { get; } = [];
    public bool IsClosed => Stepped.Waits == Next.Close;
    public int LargestOutput { get; private set; }
    public int Reads { get; private set; }

    /// <summary>Gives the octets as the connection would and returns all that was sent since the last call.</summary>
    public string Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public string Send(byte[] octets)
    {
        if (Stepped.Waits == Next.Write)
            Step([]);
        Step(octets);
        string received = _received.ToString();
        _received.Clear();
        return received;
    }

    /// <summary>The greeting, and a login.</summary>
    public Pop3Harness LoggedIn()
    {
        Send("USER u\r\nPASS p w\r\n");
        Assert.NotNull(Session.Messages);
        return this;
    }

    public void Lose() => Assert.Equal(Next.Close, Stepped.Lose(Fault.Closed));

    public string Expire(ExpiryReason reason)
    {
        Assert.Equal(Next.Close, Stepped.Stop(reason, _output));
        Collect();
        return _received.ToString();
    }

    public Pop3Verdict Connect(Pop3Session session) => SayAsked("connect");

    public Pop3Verdict Command(Pop3Session session, Pop3Asked what)
    {
        if (what == Pop3Asked.Capabilities)
            session.MoreCapabilities.Add("X-MORE 1");
        return SayAsked($"{what} {session.CommandLine}");
    }

    public Pop3Verdict Delete(Pop3Session session, int index) => SayAsked($"mark {index}");

    public Pop3Verdict Reset(Pop3Session session) => SayAsked("reset");

    public bool PeerReset(Pop3Session session)
    {
        Calls.Add("peer reset");
        return true;
    }

    public Pop3Verdict FindSecret(Pop3Session session, SecretExchange exchange)
        => Say(Pop3Verdict.Accept, () => exchange.Secret = new StoredSecret(
            new LoginKey(), exchange.User == "u" ? new PlainPassword("p w") : null, exchange.User));

    public Pop3Verdict Login(Pop3Session session, SaslExchange exchange)
    {
        Calls.Add($"login {exchange.User}");
        bool isRight = exchange.User == "u" && exchange switch
        {
            PasswordExchange given => Encoding.Latin1.GetString(given.Password) == "p w",
            SecretExchange proof => proof.IsProved(),
            _ => false,
        };
        exchange.Clear();
        exchange.User = OwnName ?? exchange.User;
        Pop3Verdict verdict = LoginVerdict ?? (isRight ? Pop3Verdict.Accept : Pop3Verdict.Refuse());
        return Say(verdict, () =>
        {
            HasMaildrop = verdict.Kind == Pop3VerdictKind.Accept;
            session.Messages = HasMaildrop ? Drop : null;
        });
    }

    public Pop3Verdict Open(Pop3Session session, int index, int lines)
        => Say(OpenVerdict ?? Pop3Verdict.Accept, () =>
        {
            Opens++;
            if (OpenVerdict?.Kind == Pop3VerdictKind.Close)
                GiveMaildropBack();
            if (OpenVerdict is not null)
                return;
            if (lines < 0 && ReadAheadBuffers is not null
                && (_ahead ??= new RetrReadAhead(ReadAheadBuffers, new StillClock())).ReadFrom(Drop, index))
                return;
            Drop.OpenMessage(index, out Stream content);
            _message = content;
            Reads = 0;
        });

    public void NoteSize(Pop3Session session, int index, long wireLength)
        => Calls.Add($"size of {index + 1} is {wireLength}");

    public int Read(Pop3Session session, byte[] buffer)
    {
        int count = Reads++ >= FailReadAfter
            ? -1
            : _message!.Read(buffer, 0, Math.Min(buffer.Length, ReadLimit));
        if (count <= 0)
            CloseMessage(session);
        if (!AnswersPending)
            return count;
        _pending = () => session.AnswerRead(count);
        return -2;
    }

    public Pop3Verdict Quit(Pop3Session session)
    {
        string deleted = string.Join(' ', session.Deleted);
        return Say(QuitVerdict, () =>
        {
            if (deleted.Length > 0)
                Calls.Add($"delete {deleted}");
            GiveMaildropBack();
        });
    }

    public void CloseMessage(Pop3Session session) => _message = null;

    public bool TryAnswer(Pop3Session session, int index, Output output)
        => _ahead is not null && _ahead.TryWrite(index, output);

    public void NotPop3(Pop3Session session) => Calls.Add("not pop3");

    public void Closed(Pop3Session session)
    {
        _ahead?.Clear();
        _message = null;
        GiveMaildropBack();
        Calls.Add("closed");
    }

    private void GiveMaildropBack()
    {
        HasMaildrop = false;
        Drop.Dispose();
    }

    private Pop3Verdict SayAsked(string call)
    {
        Calls.Add(call);
        return Say(AskedVerdict, static () => { });
    }

    private Pop3Verdict Say(Pop3Verdict verdict, Action effect)
    {
        if (!AnswersPending)
        {
            effect();
            return verdict;
        }
        _pending = () =>
        {
            effect();
            Session.Answer(verdict);
        };
        return Pop3Verdict.Pending;
    }

    /// <summary>Steps on until the session waits for input, or is closed.</summary>
    private void Step(ReadOnlySpan<byte> octets)
    {
        Next next = Stepped.Step(octets, default, _output);
        while (Collect() && next is not (Next.Read or Next.Close))
        {
            if (next == Next.Wait)
                GivePending();
            next = next == Next.StartTls
                ? Stepped.BeginTls("TLSv1.3", default, _output)
                : Stepped.Step([], default, _output);
        }
    }

    private void GivePending()
    {
        Assert.NotNull(_pending);
        Action pending = _pending;
        _pending = null;
        pending();
    }

    private bool Collect()
    {
        LargestOutput = Math.Max(LargestOutput, _output.Length);
        _received.Append(Encoding.Latin1.GetString(_output.Written));
        _output.Clear();
        return true;
    }
}
