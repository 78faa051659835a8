using System.Net;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// The server side of SMTP on one connection, as a pure machine. It does one thing at a time (<see cref="Activity"/>):
/// it reads commands, an AUTH exchange or the content of a message, or it waits for a verdict of its backend.
/// <see cref="ISession"/> says who calls it when.
/// </summary>
internal sealed partial class SmtpSession : ISession
{
    /// <summary>Output that has gathered to this much is sent before more is made.</summary>
    private const int OutputBound = 16 * 1024;

    /// <summary>No wait at all: Advance takes the next step at once.</summary>
    private const Next Continue = (Next)(-1);

    private readonly ISmtpBackend _backend;
    private readonly SmtpTransaction _transaction;
    private LineReader _lines = new(StateTable.AuthLineLimit);
    private SmtpAuthentication _authentication;
    private SmtpState _state = SmtpState.Fresh;
    private Activity _activity = Activity.Start;
    private Verdict _answer;
    private int _errors;

    /// <param name="options">Shared, not changed.</param>
    /// <param name="backend">What the session asks.</param>
    /// <param name="peer">The connection below, or one over memory.</param>
    public SmtpSession(SmtpServerOptions options, ISmtpBackend backend, IPeer peer)
    {
        Options = options;
        Peer = peer;
        _backend = backend;
        _transaction = new SmtpTransaction(options);
    }

    private enum Activity
    {
        /// <summary>The first call is still to come.</summary>
        Start,
        Commands,
        Auth,
        Content,
        // from here on: the verdict that the backend was asked for
        Connect,
        Login,
        Mail,
        Rcpt,
        Data,
        EndOfData,
    }

    /// <summary>The connection below, or one over memory.</summary>
    public IPeer Peer { get; }
    public SmtpServerOptions Options { get; }

    /// <summary>What EHLO or HELO gave; empty before, and again after STARTTLS.</summary>
    public string Helo { get; private set; } = "";
    public bool SaidEhlo { get; private set; }
    public bool IsTls => Peer.IsTls;

    /// <summary>The client's address; null if it is not known.</summary>
    public IPEndPoint? RemoteEndPoint => Peer.RemoteEndPoint;
    public string? AuthenticatedUser => _authentication.User;

    /// <summary>The password given with AUTH, for the host's GetAUTHPassw; null if none.</summary>
    public string? AuthenticatedPassword => _authentication.Password;

    /// <summary>The transaction's envelope; an empty one outside a transaction.</summary>
    public Envelope Envelope => _transaction.Envelope;

    /// <summary>Octets that MAIL declared for the message (RFC 1870); 0 if it did not.</summary>
    public long DeclaredSize => _transaction.DeclaredSize;

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
    /// <returns>The octets that tell the client so, to be sent at once.</returns>
    public ReadOnlySpan<byte> BeginContent()
    {
        _transaction.BeginContent();
        return Replies.StartMailInput354.Wire;
    }

    /// <summary>
    /// After <see cref="BeginContent"/>: takes octets from the front of the input. True: they gave this piece of the
    /// content (CRLF lines, unstuffed), which the taker hands to <see cref="ISmtpBackend.Append"/> too. False: the
    /// input is used up, or the content at its end, or it breaks a rule.
    /// </summary>
    public bool TakeContent(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
        => _transaction.TryRead(ref input, out content);

    /// <summary><see cref="BeginContent"/> was called for this message, or the session has sent 354.</summary>
    public bool HasContentBegun => _transaction.HasContentBegun;

    /// <summary>The content was taken to its end.</summary>
    public bool IsContentAtEnd => _transaction.AtEnd;

    /// <summary>Which rule the content breaks, as far as it was taken.</summary>
    public ContentFault ContentFault => _transaction.Fault;

    /// <summary>
    /// The backend takes content again: once for each false that <see cref="ISmtpBackend.Append"/> gave the session,
    /// from any thread.
    /// </summary>
    public void ResumeContent() => Peer.Resume();

    public Next Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        Next next;
        do
            next = output.Length >= OutputBound ? Next.Write : Step(ref input, output);
        while (next == Continue);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
        => output.Write(Replies.Expired421(reason).Wire);

    /// <inheritdoc/>
    /// <remarks>
    /// The last verdict may have come without the session having acted on it: a transaction whose MAIL was accepted has
    /// to be discarded, a message that was accepted must not be.
    /// </remarks>
    public void Closed()
    {
        bool isOpen = _state is SmtpState.Mail or SmtpState.Rcpt || _activity == Activity.Mail;
        bool isAnswered = _activity is Activity.Mail or Activity.EndOfData;
        bool isAccepted = _answer.Kind == VerdictKind.Accept;
        if (isOpen && (!isAnswered || isAccepted == (_activity == Activity.Mail)))
            _backend.Discard(this);
        _state = SmtpState.Refused;
        _backend.Closed(this);
    }

    private Next Step(ref ReadOnlySpan<byte> input, Output output) => _activity switch
    {
        Activity.Start => Ask(Activity.Connect, output),
        Activity.Commands => ReadCommand(ref input, output),
        Activity.Auth => ReadAuthResponse(ref input, output),
        Activity.Content => ReceiveContent(ref input, output),
        _ => OnVerdict(_answer, output),
    };

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output)
        => _lines.Read(ref input, out ReadOnlySpan<byte> line) switch
        {
            LineResult.Incomplete => Next.Read,
            LineResult.TooLong => WriteReply(Replies.LineTooLong500, output),
            _ => Execute(line, ref input, output),
        };

    /// <summary>
    /// The state table says whether the command is allowed; then its verb's handler asks for a verdict or acts.
    /// </summary>
    private Next Execute(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> input, Output output)
    {
        var command = CommandLine.Parse(line);
        ref readonly VerbRule rule = ref StateTable.Of(command.Verb);
        if (line.Length + 2 > rule.LineLimit)
            return WriteReply(Replies.LineTooLong500, output);
        if ((rule.Allowed & _state) == 0)
            return WriteReply(OutOfOrder(command.Verb), output);
        if (rule.Argument == ArgumentRule.None && !command.Argument.IsEmpty)
            return WriteReply(Replies.NoArgumentAllowed501, output);
        if (rule.Argument == ArgumentRule.Required && command.Argument.IsEmpty)
            return WriteReply(Replies.NeedsArgument501, output);
        if (rule.NeedsLogin && Options.RequireAuth && AuthenticatedUser is null)
            return WriteReply(Replies.LoginFirst530, output);
        return Handle(command, ref input, output);
    }

    private Next Handle(CommandLine command, ref ReadOnlySpan<byte> input, Output output) => command.Verb switch
    {
        SmtpVerb.Ehlo => Hello(command.Argument, isEhlo: true, output),
        SmtpVerb.Helo => Hello(command.Argument, isEhlo: false, output),
        SmtpVerb.StartTls => StartTls(ref input, output),
        SmtpVerb.Auth => Auth(command.Argument, output),
        SmtpVerb.Mail => Mail(command.Argument, output),
        SmtpVerb.Rcpt => Rcpt(command.Argument, output),
        SmtpVerb.Data => Ask(Activity.Data, output),
        SmtpVerb.Rset => Rset(output),
        SmtpVerb.Noop => WriteReply(Replies.Ok250, output),
        SmtpVerb.Vrfy => WriteReply(Replies.CannotVerify252, output),
        SmtpVerb.Expn => WriteReply(Replies.ExpnOff502, output),
        SmtpVerb.Help => WriteReply(Replies.Help214, output),
        SmtpVerb.Quit => Quit(output),
        _ => WriteReply(Replies.UnknownCommand500, output),
    };

    private Reply OutOfOrder(SmtpVerb verb) => (_state, verb) switch
    {
        (SmtpState.Refused, _) => Replies.NoService503,
        (SmtpState.Fresh, SmtpVerb.StartTls or SmtpVerb.Auth) => Replies.EhloFirst503,
        (SmtpState.Fresh, _) => Replies.HelloFirst503,
        (SmtpState.Ready, _) => Replies.MailFirst503,
        (_, SmtpVerb.Mail) => Replies.NestedMail503,
        // RFC 5321 §3.3: DATA after recipients that were all refused
        (SmtpState.Mail, SmtpVerb.Data) => Replies.NoRecipients554,
        _ => Replies.BadSequence503,
    };

    private Next Quit(Output output)
    {
        output.Write(Replies.Bye221.Wire);
        return Next.Close;
    }

    /// <summary>
    /// Asks the backend for a verdict. A pending one may come before this returns, on another thread.
    /// </summary>
    private Next Ask(Activity question, Output output)
    {
        _activity = question;
        _answer = Verdict.Pending;
        Verdict verdict = AskBackend(question);
        return verdict.Kind == VerdictKind.Pending ? Next.Wait : OnVerdict(verdict, output);
    }

    private Verdict AskBackend(Activity question) => question switch
    {
        Activity.Connect => _backend.Connect(this),
        Activity.Login => _authentication.AskBackend(_backend, this),
        Activity.Mail => _backend.Mail(this, Envelope, DeclaredSize),
        Activity.Rcpt => _backend.Rcpt(this, Envelope, in _transaction.Rcpt),
        Activity.Data => _backend.Data(this, Envelope),
        _ => _backend.EndOfData(this),
    };

    private Next OnVerdict(Verdict verdict, Output output)
    {
        Activity question = _activity;
        _activity = Activity.Commands;
        if (verdict.Kind == VerdictKind.Close)
            return CloseWith(verdict.Reply, question, output);
        bool isAccepted = verdict.Kind == VerdictKind.Accept;
        return question switch
        {
            Activity.Connect => OnConnectVerdict(isAccepted, verdict.Reply, output),
            Activity.Login => OnLoginVerdict(isAccepted, verdict.Reply, output),
            Activity.Mail => OnMailVerdict(isAccepted, verdict.Reply, output),
            Activity.Rcpt => OnRcptVerdict(isAccepted, verdict.Reply, output),
            Activity.Data => OnDataVerdict(isAccepted, verdict.Reply, output),
            _ => OnEndOfDataVerdict(isAccepted, verdict.Reply, output),
        };
    }

    private Next CloseWith(Reply? reply, Activity question, Output output)
    {
        if (question is Activity.Data or Activity.EndOfData)
            DiscardTransaction();
        if (reply is not null)
            output.Write(reply.Wire);
        return Next.Close;
    }

    /// <summary>Writes a reply and continues, unless it was one refusal too many.</summary>
    private Next WriteReply(Reply reply, Output output)
    {
        if (reply.Code >= 500 && ++_errors > Options.ErrorLimit)
            return CloseWith(Replies.TooManyErrors421, Activity.Commands, output);
        output.Write(reply.Wire);
        return Continue;
    }

    /// <summary>As <see cref="WriteReply"/>, for a step that was accepted: only errors in a row count.</summary>
    private Next WriteAccepted(Reply reply, Output output)
    {
        _errors = 0;
        output.Write(reply.Wire);
        return Continue;
    }
}
