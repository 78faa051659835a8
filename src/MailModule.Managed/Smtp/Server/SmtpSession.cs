using System.Net;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// The server side of SMTP on one connection, as a pure machine. It does one thing at a time (<see cref="Activity"/>):
/// it reads commands, an AUTH exchange or the content of a message, or it waits for the verdict on a question. What a
/// verb does is its row in the <see cref="StateTable"/>, what follows a verdict a <see cref="Question"/>'s.
/// <see cref="ISession"/> says who calls it when.
/// </summary>
internal sealed partial class SmtpSession : ISession
{
    /// <summary>Output that has gathered to this much is sent before more is made.</summary>
    private const int OutputBound = 16 * 1024;

    /// <summary>No wait at all: Advance takes the next step at once.</summary>
    private const Next Continue = (Next)(-1);

    private LineReader _lines = new(StateTable.AuthLineLimit);
    private SmtpAuthentication _authentication;
    private SmtpState _state = SmtpState.Fresh;
    private Activity _activity = Activity.Start;
    private Question? _question;
    private Verdict _answer;
    private CurrentCommand _command;
    private int _errors;

    /// <param name="options">Shared, not changed.</param>
    /// <param name="backend">What the session asks.</param>
    /// <param name="peer">The connection below, or one over memory.</param>
    public SmtpSession(SmtpServerOptions options, ISmtpBackend backend, IPeer peer)
    {
        Options = options;
        Peer = peer;
        Backend = backend;
        Transaction = new SmtpTransaction(options);
    }

    /// <summary>What the session does when no verdict is due.</summary>
    private enum Activity
    {
        /// <summary>The first call is still to come.</summary>
        Start,
        Commands,
        Auth,
        Content,
    }

    /// <summary>The connection below, or one over memory.</summary>
    public IPeer Peer { get; }
    public SmtpServerOptions Options { get; private set; }
    internal ISmtpBackend Backend { get; }
    internal VerbRule? Rule => _command.Rule;
    internal SmtpTransaction Transaction { get; }
    internal ref SmtpAuthentication Authentication => ref _authentication;

    internal bool TakesSend => (Backend.Asked & AskedCommands.Mail) != 0;
    internal bool TakesExpand => (Backend.Asked & AskedCommands.Expand) != 0;

    /// <summary>
    /// The client reads more than ASCII in the reply to the command under way (RFC 6531 §3.7.4): VRFY and EXPN have a
    /// parameter of their own for it, the others go by MAIL's.
    /// </summary>
    public bool MayReplyInUtf8 => Asked is AskedCommands.Verify or AskedCommands.Expand
        ? VerifyArgument.Parse(CommandArgument).Utf8
        : Envelope.Utf8;

    /// <summary>The verb of the command under way; empty for one that is none here.</summary>
    public string Verb => Rule?.Verb ?? "";

    /// <summary>During <see cref="ISmtpBackend.Command"/>: which command it is about.</summary>
    public AskedCommands Asked => Rule?.Asked ?? AskedCommands.None;

    /// <summary>The argument of the command under way, where <see cref="ISmtpBackend.Asked"/> has it.</summary>
    public ReadOnlySpan<byte> CommandArgument => _command.Argument;

    /// <summary>The client has made too many errors, for which the session has closed.</summary>
    public bool IsCutOff => _errors > Options.Limits.Errors;

    /// <summary>What EHLO or HELO gave; empty before, and again after STARTTLS.</summary>
    public string Helo { get; private set; } = "";
    public bool SaidEhlo { get; private set; }
    public bool IsTls => Peer.IsTls;

    /// <summary>The client's name, as XCLIENT told it; null: it did not.</summary>
    public string? ClientName { get; private set; }

    /// <summary>The client's address; null if it is not known.</summary>
    public IPEndPoint? RemoteEndPoint => Peer.RemoteEndPoint;
    public string? AuthenticatedUser => _authentication.User;

    /// <summary>The mechanism by which that user has logged in; null if none has.</summary>
    public string? AuthenticationMechanism => _authentication.Mechanism;

    /// <summary>The password given with AUTH, for the host's GetAUTHPassw; null if none.</summary>
    public string? AuthenticatedPassword => _authentication.Password;

    /// <summary>Logins that failed on this connection.</summary>
    public int FailedLogins => _authentication.Failures;

    /// <summary>MAIL was accepted, and the transaction has not ended.</summary>
    public bool IsInTransaction => (_state & SmtpState.Transaction) != 0;

    /// <summary>The transaction's envelope; an empty one outside a transaction.</summary>
    public Envelope Envelope => Transaction.Envelope;

    /// <summary>
    /// LMTP, until <see cref="ISmtpBackend.EndOfData"/> is answered: what is said about a recipient of the envelope in
    /// place of what is said about the message. One that is refused is not to get it. False: the protocol has no such
    /// replies, or the envelope no such recipient.
    /// </summary>
    public bool TrySetRecipientReply(int recipient, Reply reply)
    {
        if (Transaction.Replies is not { } replies || (uint)recipient >= (uint)Envelope.Recipients.Count)
            return false;
        replies.Set(recipient, reply);
        return true;
    }

    /// <summary>What <see cref="TrySetRecipientReply"/> was told; null where nothing can be.</summary>
    public RecipientReplies? RecipientReplies => Transaction.Replies;

    /// <summary>Octets that MAIL declared for the message (RFC 1870); 0 if it did not.</summary>
    public long DeclaredSize => Transaction.DeclaredSize;

    /// <summary>
    /// Gives the verdict that was <see cref="VerdictKind.Pending"/>: once for each, from any thread, which then
    /// advances the session.
    /// </summary>
    public void Answer(Verdict verdict)
    {
        _answer = verdict;
        Peer.Resume();
    }

    /// <summary>
    /// For who reads the content itself while the verdict on <see cref="ISmtpBackend.Data"/> is pending: from now on
    /// the client's octets are the content, and go through <see cref="TakeContent"/>.
    /// </summary>
    /// <returns>The octets that tell the client so, to be sent at once; none where it sends chunks.</returns>
    public ReadOnlySpan<byte> BeginContent()
    {
        Transaction.BeginContent();
        Peer.Expect(Expected.Content);
        return Transaction.IsChunked ? default : Replies.StartMailInput354.Wire;
    }

    /// <summary>
    /// After <see cref="BeginContent"/>: takes octets from the front of the input. True: they gave this piece of the
    /// content (CRLF lines, unstuffed), which the taker hands to <see cref="ISmtpBackend.Append"/> too. False: the
    /// input is used up, or the content at its end, or it breaks a rule.
    /// </summary>
    public bool TakeContent(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
        => Transaction.TryRead(ref input, out content);

    /// <summary>A chunk of the content was taken to its end, and is not the last one.</summary>
    public bool IsBetweenChunks => Transaction.IsBetweenChunks;

    /// <summary>No octets of the content are still to come, whether all of it was taken or not.</summary>
    public bool IsContentRead => Transaction.IsLastChunkRead;

    /// <summary><see cref="BeginContent"/> was called for this message, or the session has sent 354.</summary>
    public bool HasContentBegun => Transaction.HasContentBegun;

    /// <summary>The content was taken to its end.</summary>
    public bool IsContentAtEnd => Transaction.AtEnd;

    /// <summary>Which rule the content breaks, as far as it was taken.</summary>
    public ContentFault ContentFault => Transaction.Fault;

    /// <summary>
    /// The backend takes content again: once for each false that <see cref="ISmtpBackend.Append"/> gave the session,
    /// from any thread.
    /// </summary>
    public void ResumeContent() => Peer.Resume();

    /// <summary>
    /// For the backend: the message under way holds so many octets of memory beside its envelope. False: there is no
    /// room for it.
    /// </summary>
    public bool TryHold(long octetsOfContent) => Peer.TryHold(Transaction.EnvelopeOctets + octetsOfContent);

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        Next next;
        do
            next = output.Length >= OutputBound ? Next.Write : Step(ref input, output);
        while (next == Continue);
        // RFC 3207 §4.2: what was pipelined after STARTTLS is thrown away, here as well as below
        if (next == Next.StartTls)
            input = default;
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
        => output.Write(Replies.Expired421(reason).Wire);

    public bool PeerReset() => Backend.PeerReset();

    /// <inheritdoc/>
    /// <remarks>
    /// The last verdict may have come without the session having acted on it: a transaction whose MAIL was accepted has
    /// to be discarded, a message that was accepted must not be.
    /// </remarks>
    public void Closed()
    {
        if (_question is { StateIfAccepted: not SmtpState.None and var state } && _answer.Kind == VerdictKind.Accept)
            _state = state;
        if (IsInTransaction)
            Backend.Discard(this);
        _state = SmtpState.Refused;
        Backend.Closed(this);
    }

    private Next Step(ref ReadOnlySpan<byte> input, Output output)
        => _question is not null ? OnVerdict(_answer, output) : _activity switch
        {
            Activity.Start => Begin(output),
            Activity.Commands => ReadCommand(ref input, output),
            Activity.Auth => ReadAuthResponse(ref input, output),
            _ => ReceiveContent(ref input, output),
        };

    private Next Begin(Output output)
    {
        _activity = Activity.Commands;
        return Ask(Question.Connect, output);
    }

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output)
    {
        if (OtherProtocol.IsBinary(input) && !_lines.IsInLongLine)
            return CloseOnOtherProtocol(output);
        return ReadLine(ref input, out ReadOnlySpan<byte> line) switch
        {
            LineResult.Incomplete => AwaitLineEnd(input, output),
            LineResult.TooLong => WriteReply(Replies.LineTooLong500, output),
            _ => Execute(line, output),
        };
    }

    private Next AwaitLineEnd(ReadOnlySpan<byte> input, Output output)
        => !_lines.IsInLongLine && BeginsAsOtherProtocol(input) ? CloseOnOtherProtocol(output) : Next.Read;

    private LineResult ReadLine(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line)
    {
        bool isBegun = !input.IsEmpty;
        LineResult result = _lines.Read(ref input, out line);
        if (result != LineResult.Incomplete)
            Peer.Expect(Expected.Command);
        else if (isBegun)
            Peer.Expect(Expected.RestOfLine);
        return result;
    }

    /// <summary>The state table says whether the command is allowed, and what it does.</summary>
    private Next Execute(ReadOnlySpan<byte> line, Output output)
    {
        var command = CommandLine.Parse(line);
        VerbRule rule = Options.Verbs.Of(command.Verb);
        if (rule.Verb.Length == 0 && (OtherProtocol.IsSpokenIn(line) || BeginsAsOtherProtocol(line)))
            return CloseOnOtherProtocol(output);
        Reply? refusal = line.Length + 2 > rule.LineLimit ? Replies.LineTooLong500 : Check(rule, command.Argument);
        if (refusal is not null)
            return rule.Refuse is { } refuse
                ? refuse(this, command.Argument, refusal, output)
                : WriteReply(refusal, output);
        bool isAsked = (rule.Asked & Backend.Asked) != 0;
        _command = new CurrentCommand(
            rule, isAsked ? (rule.Verb.Length == 0 ? line : command.Argument).ToArray() : null);
        if (isAsked && rule.Question is null)
            return Ask(Question.Command, output);
        return rule.Handle is { } handle ? handle(this, command.Argument, output) : AskOfRule(output);
    }

    private Reply? Check(VerbRule rule, ReadOnlySpan<byte> argument)
    {
        if ((rule.Allowed & _state) == 0)
            return rule.OutOfOrder(_state);
        if (rule.Argument == ArgumentRule.None && !argument.IsEmpty)
            return Replies.NoArgumentAllowed501;
        if (rule.Argument == ArgumentRule.Required && argument.IsEmpty)
            return Replies.NeedsArgument501;
        if (rule.NeedsLogin && Options.RequireAuth && AuthenticatedUser is null)
            return Replies.LoginFirst530;
        if (rule.Read is { } read)
            return read(this, argument);
        return argument.Contains((byte)0) ? Replies.NulInCommand500 : null;
    }

    // Whoever speaks another protocol may end its lines with LF alone, and would never be heard.
    private bool BeginsAsOtherProtocol(ReadOnlySpan<byte> octets)
    {
        int end = octets.IndexOf((byte)'\n');
        return end >= 0 && Options.Verbs.Of(CommandLine.Parse(octets[..end]).Verb).Verb.Length == 0
            && OtherProtocol.IsSpokenIn(octets[..end]);
    }

    /// <summary>Nothing that the client has sent, or sends yet, is read: it may be commands of a stranger.</summary>
    private Next CloseOnOtherProtocol(Output output)
    {
        Backend.NotSmtp(this);
        return CloseWith(Replies.NotSmtp421, output);
    }

    /// <summary>
    /// Asks the question of the verb under way, be it lines after the command: an AUTH exchange has several.
    /// </summary>
    internal Next AskOfRule(Output output) => Ask(Rule!.Question!, output);

    /// <summary>
    /// Asks the backend for a verdict. A pending one may come before this returns, on another thread.
    /// </summary>
    internal Next Ask(Question question, Output output)
    {
        _question = question;
        _answer = Verdict.Pending;
        Verdict verdict = question.Ask(this);
        return verdict.Kind == VerdictKind.Pending ? Next.Wait : OnVerdict(verdict, output);
    }

    private Next OnVerdict(Verdict verdict, Output output)
    {
        Question question = _question!;
        _question = null;
        if (verdict.Kind == VerdictKind.Close || (IsClosing(verdict.Reply) && !IsContentLeft(question)))
            return CloseWith(verdict.Reply, output);
        bool isAccepted = verdict.Kind == VerdictKind.Accept;
        if (isAccepted && question.StateIfAccepted != SmtpState.None)
            _state = question.StateIfAccepted;
        if (question.Follow is { } follow)
            return follow(this, isAccepted, verdict.Reply, output);
        (isAccepted ? question.IfAccepted : question.IfRefused)?.Invoke(this);
        return WriteVerdict(verdict.Reply ?? (isAccepted ? question.Accepted : question.Refused), output);
    }

    // RFC 5321 §3.8: whoever says 421 closes
    private static bool IsClosing(Reply? reply) => reply is { Code: 421 };

    /// <summary>A refusal is said behind the content that the backend has begun to take.</summary>
    private bool IsContentLeft(Question question)
        => Transaction.HasContentBegun && (question == Question.Data || question == Question.FirstChunk);

    internal Next CloseWith(Reply? reply, Output output)
    {
        DiscardTransaction();
        if (reply is not null)
            output.Write(reply.Wire);
        return Next.Close;
    }

    /// <summary>Writes a reply to a command and continues, unless it was one unwelcome command too many.</summary>
    internal Next WriteReply(Reply reply, Output output)
    {
        if (IsOneTooMany(reply))
            return CloseWith(Replies.TooManyErrors421, output);
        if (reply.Code >= 500 && _errors > Options.Limits.ErrorsAtOnce)
            return Ask(new Question(session => session.Backend.Unwelcome(session, reply)), output);
        output.Write(reply.Wire);
        return Continue;
    }

    private bool IsOneTooMany(Reply reply) => reply.Code >= 500 && ++_errors > Options.Limits.Errors;

    /// <summary>As <see cref="WriteReply"/>, for what the backend or a message's content decides: that is no fault of
    /// the client's program, and the client has to hear it. How often is for the backend to count.</summary>
    internal Next WriteVerdict(Reply reply, Output output)
    {
        if (IsClosing(reply))
            return CloseWith(reply, output);
        output.Write(reply.Wire);
        return Continue;
    }
}
