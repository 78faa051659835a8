using MailModule.Lines;
using MailModule.Mail;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>
/// The server side of SMTP on one connection, as a pure machine. It has one thing under way at a time: reading commands, an AUTH exchange, the text of a
/// message, or a judgement of its backend. See <see cref="ISession"/> for who calls it when.
/// </summary>
public sealed partial class SmtpSession : ISession
{
    /// <summary>Output that has gathered to this much is sent before more is made.</summary>
    private const int OutputBound = 16 * 1024;

    /// <summary>Not a thing to wait for: Advance goes on by itself.</summary>
    private const Next Continue = (Next)(-1);

    private readonly ISmtpBackend _backend;
    private readonly ISmtpPeer? _peer;
    private readonly SmtpTransaction _transaction;
    private LineReader _lines = new(StateTable.AuthLineLimit);
    private SmtpState _state = SmtpState.Fresh;
    private Activity _activity = Activity.Start;
    private Verdict _answer;
    private int _errors;

    /// <param name="options">Shared, not changed.</param>
    /// <param name="backend">What the session asks.</param>
    /// <param name="connection">The connection below; null in tests over memory.</param>
    public SmtpSession(SmtpServerOptions options, ISmtpBackend backend, Connection? connection)
        : this(options, backend, connection is null ? null : new ConnectionPeer(connection))
        => Connection = connection;

    internal SmtpSession(SmtpServerOptions options, ISmtpBackend backend, ISmtpPeer? peer)
    {
        Options = options;
        _backend = backend;
        _peer = peer;
        _transaction = new SmtpTransaction(options);
    }

    private enum Activity
    {
        /// <summary>The first call is still to come.</summary>
        Start,
        Commands,
        Auth,
        Content,
        // judgements: what the backend was asked
        Connect,
        Login,
        Mail,
        Rcpt,
        Data,
        EndOfData,
    }

    /// <summary>The connection below; null in tests over memory.</summary>
    public Connection? Connection { get; }
    public SmtpServerOptions Options { get; }

    /// <summary>A place for the backend's own state of this session.</summary>
    public object? Tag { get; set; }

    /// <summary>What EHLO or HELO gave; empty before, and again after STARTTLS.</summary>
    public string Helo { get; private set; } = "";
    public bool SaidEhlo { get; private set; }
    public bool IsTls => _peer is { IsTls: true };
    public string? AuthenticatedUser { get; private set; }

    /// <summary>The password given with AUTH, kept for the host's GetAUTHPassw; null if none.</summary>
    public string? AuthenticatedPassword { get; private set; }

    /// <summary>The transaction's envelope; an empty one outside a transaction.</summary>
    public Envelope Envelope => _transaction.Envelope;

    /// <summary>Octets that MAIL declared for the message (RFC 1870); 0 if it did not.</summary>
    public long DeclaredSize { get; private set; }

    /// <summary>Ends a <see cref="VerdictKind.Pending"/>: exactly once for each, any thread; advances the session on it.</summary>
    public void Answer(Verdict verdict)
    {
        _answer = verdict;
        _peer?.Resume();
    }

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
    /// <remarks>An answer may have come that nobody heard: a MAIL accepted is a transaction to discard, a text accepted is kept.</remarks>
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
        Activity.Content => ReadContent(ref input, output),
        _ => OnVerdict(_answer, output),
    };

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output) => _lines.Read(ref input, out ReadOnlySpan<byte> line) switch
    {
        LineResult.Incomplete => Next.Read,
        LineResult.TooLong => WriteReply(Replies.LineTooLong500, output),
        _ => Execute(line, ref input, output),
    };

    /// <summary>Allowed? by the table; then each verb's handler judges and acts.</summary>
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

    /// <summary>Asks the backend. The answer of a pending question may come before this returns, on another thread.</summary>
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
        Activity.Login => AskLogin(),
        Activity.Mail => _backend.Mail(this, Envelope, DeclaredSize),
        Activity.Rcpt => _backend.Rcpt(this, Envelope, in _recipient),
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

    /// <summary>A reply by which the session goes on, unless it was one refusal too many.</summary>
    private Next WriteReply(Reply reply, Output output)
    {
        if (reply.Code >= 500 && ++_errors > Options.ErrorLimit)
            return CloseWith(Replies.TooManyErrors421, Activity.Commands, output);
        output.Write(reply.Wire);
        return Continue;
    }

    /// <summary>As <see cref="WriteReply"/>, for a step that was accepted: errors count only in a row.</summary>
    private Next WriteAccepted(Reply reply, Output output)
    {
        _errors = 0;
        output.Write(reply.Wire);
        return Continue;
    }
}
