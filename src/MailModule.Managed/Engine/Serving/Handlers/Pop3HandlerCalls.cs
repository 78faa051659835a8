using MailModule.Pop3.Server;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>One session's calls of its host's handlers of the POP3 server.</summary>
internal sealed class Pop3HandlerCalls : TableCalls<Pop3StepAnswer>
{
    /// <summary>
    /// Steps that wait for a place in the pool however many do: a message that is begun comes to its end, RSET and NOOP
    /// are +OK alone (RFC 1939 §5), and what QUIT has begun it ends.
    /// </summary>
    private const Pop3Steps Waiting
        = Pop3Steps.Read | Pop3Steps.Reset | Pop3Steps.Noop | Pop3Steps.Remove | Pop3Steps.Update;

    /// <summary>Steps that one table alone is asked about, if it has the mailbox.</summary>
    private const Pop3Steps OfMailbox = Pop3Steps.Retrieve | Pop3Steps.Delete | Pop3Steps.Reset | Pop3Steps.Remove
        | Pop3Steps.Update;

    private readonly Pop3HandlerSession?[] _sessions;
    private int _answering = -1;
    private int _reader = -1;

    public Pop3HandlerCalls(Pop3HandlerSet set, Pop3Session session, IPop3Effects effects)
        : base(set, session.Peer, HostCall.PopHandler, "pop3", ReplyForm.Pop3)
    {
        Set = set;
        Session = session;
        Effects = effects;
        _sessions = new Pop3HandlerSession?[set.Tables.Count];
    }

    public Pop3HandlerSet Set { get; }
    public Pop3Session Session { get; }
    public IPop3Effects Effects { get; }

    /// <summary>What the step is about; set before <see cref="Ask"/>.</summary>
    public Pop3StepArguments Arguments { get; } = new();

    /// <summary>What the handler that was called last has found out.</summary>
    public StepFindings Findings { get; } = new();

    /// <summary>Capabilities that the handler asked last has added.</summary>
    public IReadOnlyList<string> AddedLines { get; private set; } = [];

    /// <summary>The messages that the handler asked last for a mailbox has told.</summary>
    public HostMessageList? Offered { get; private set; }

    /// <summary>What the handler asked last for a message has given of it.</summary>
    public HostPieces? Pieces { get; private set; }

    /// <summary>Octets that the handler asked last for a piece has given.</summary>
    public int PieceLength { get; private set; }

    public Pop3Steps Step { get; private set; }

    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    /// <summary>The table that has the mailbox; below 0: none of them.</summary>
    public int Owner { get; private set; } = -1;

    /// <summary>The mailbox is asked about by its steps: of the table that has it, else of all.</summary>
    public bool HasMailboxStep(Pop3Steps step) => Owner < 0 ? Set.Has(step) : (Set.Tables[Owner].Steps & step) != 0;

    protected override int Tables => _sessions.Length;
    protected override string StepName => Step.ToString();
    protected override Pop3StepAnswer NoAnswer => default;
    protected override Pop3StepAnswer Busy => Pop3StepAnswers.Busy(Step, Set.Busy);
    protected override bool HearsOfEnd => Set.Has(Pop3Steps.Close | Pop3Steps.Error | Pop3Steps.Timeout);

    /// <summary>
    /// Asks the tables that have the step. Null: <see cref="IPop3Effects.Answered"/> will be called, perhaps before
    /// this has returned.
    /// </summary>
    public Pop3StepAnswer? Ask(Pop3Steps step)
    {
        Step = step;
        AddedLines = [];
        return TryAsk((step & Waiting) != 0, out Pop3StepAnswer answer) ? answer : null;
    }

    /// <summary>The table whose answer has come has the mailbox from now on.</summary>
    public void TakeMailbox() => Owner = _answering;

    /// <summary>
    /// The table whose answer has come gives the message's octets from now on. False: it has no handler for that.
    /// </summary>
    public bool TryTakeMessage()
    {
        _reader = _answering;
        return (Set.Tables[_reader].Steps & Pop3Steps.Read) != 0;
    }

    /// <summary>A login is decided: nothing of what the client has proved it by is kept.</summary>
    public void ForgetLogin()
    {
        Arguments.Login = null;
        Arguments.Text = "";
        Findings.Clear();
    }

    public override void End(Fault fault, string text)
    {
        Step = Pop3Steps.Close;
        base.End(fault, text);
    }

    protected override bool Asks(int table)
        => (Set.Tables[table].Steps & Step) != 0
            && (Step == Pop3Steps.Read ? table == _reader
                : Owner < 0 || (Step & OfMailbox) == 0 || table == Owner);

    protected override int Call(int table)
    {
        Findings.Clear();
        _answering = table;
        Pop3HandlerSession session = SessionOf(table);
        if (Step == Pop3Steps.Open)
            session.Offered = Offered = new HostMessageList(Session.Peer.TryHold);
        else if (Step == Pop3Steps.Retrieve)
            (session.Pieces = Pieces = new HostPieces(Effects.ScratchFolder)).BeginGathering();
        else if (Step == Pop3Steps.Read)
            Pieces!.BeginPiece(Arguments.Buffer);
        return Arguments.Call(Set.Tables[table], Step, session);
    }

    protected override Pop3StepAnswer Read(int? verdict)
    {
        if (Step == Pop3Steps.Open)
            Offered!.Seal();
        else if (Step == Pop3Steps.Retrieve)
            Pieces!.EndGathering();
        else if (Step == Pop3Steps.Read)
            PieceLength = Pieces!.EndPiece();
        if (verdict is not { } known)
            return Pop3StepAnswers.Over;
        if (!Pop3StepAnswers.TryRead(Step, known, Reply, isHosts: Owner >= 0, out Pop3StepAnswer answer))
        {
            Set.Log.AnswerDoesNotFit(Step, known, Reply.Code, Session.Peer.RemoteEndPoint);
            return Pop3StepAnswers.Unfit;
        }
        if (Step == Pop3Steps.Capabilities && answer.Kind == StepAnswerKind.Accept)
            AddedLines = [.. Reply.More];
        return answer;
    }

    protected override bool EndsStep(int table, Pop3StepAnswer answer) => answer.Kind != StepAnswerKind.Continue;

    protected override void Answered(Pop3StepAnswer answer) => Effects.Answered(Step, answer);

    protected override bool Knows(int table) => _sessions[table] is not null;

    protected override bool Hears(int table, EndStep what) => (Set.Tables[table].Steps & StepOf(what)) != 0;

    protected override void Tell(int table, EndStep what, Fault fault, string text)
    {
        (IPop3Handlers handlers, Pop3HandlerSession own) = (Set.Tables[table], SessionOf(table));
        if (what == EndStep.Timeout)
            handlers.Timeout(own);
        else if (what == EndStep.Error)
            handlers.Error(own, fault, text);
        else
            handlers.Close(own);
    }

    protected override string? WhyOneLine()
        => Step == Pop3Steps.Capabilities ? null : "of POP3 the reply to CAPA alone has lines that can be added";

    private static Pop3Steps StepOf(EndStep what) => what switch
    {
        EndStep.Timeout => Pop3Steps.Timeout,
        EndStep.Error => Pop3Steps.Error,
        _ => Pop3Steps.Close,
    };

    private Pop3HandlerSession SessionOf(int table) => _sessions[table] ??= new Pop3HandlerSession(this, table);
}
