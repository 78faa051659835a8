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
    private const Next Onward = (Next)(-1);

    private readonly ISmtpBackend _backend;
    private readonly ISmtpPeer? _peer;
    private readonly SmtpTransaction _transaction;
    private LineReader _lines = new(StateTable.AuthLineLimit);
    private SmtpState _state = SmtpState.Fresh;
    private UnderWay _underWay = UnderWay.Nothing;
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

    private enum UnderWay
    {
        /// <summary>The first call is still to come.</summary>
        Nothing,
        Commands,
        Auth,
        Text,
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

    /// <summary>Ends a <see cref="Outcome.Pending"/>: exactly once for each, any thread; advances the session on it.</summary>
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
        while (next == Onward);
        return next;
    }

    public void Expire(ExpiryReason reason, Output output)
        => output.Write(Replies.Expired421(reason).Wire);

    /// <inheritdoc/>
    /// <remarks>An answer may have come that nobody heard: a MAIL accepted is a transaction to discard, a text accepted is kept.</remarks>
    public void Closed()
    {
        bool isOpen = _state is SmtpState.Mail or SmtpState.Rcpt || _underWay == UnderWay.Mail;
        bool isAnswered = _underWay is UnderWay.Mail or UnderWay.EndOfData;
        bool isAccepted = _answer.Outcome == Outcome.Accept;
        if (isOpen && (!isAnswered || isAccepted == (_underWay == UnderWay.Mail)))
            _backend.Discard(this);
        _state = SmtpState.Refused;
        _backend.Closed(this);
    }

    private Next Step(ref ReadOnlySpan<byte> input, Output output) => _underWay switch
    {
        UnderWay.Nothing => Judge(UnderWay.Connect, output),
        UnderWay.Commands => ReadCommand(ref input, output),
        UnderWay.Auth => ReadAuthResponse(ref input, output),
        UnderWay.Text => ReadText(ref input, output),
        _ => Settle(_answer, output),
    };

    private Next ReadCommand(ref ReadOnlySpan<byte> input, Output output) => _lines.Read(ref input, out ReadOnlySpan<byte> line) switch
    {
        LineResult.Incomplete => Next.Read,
        LineResult.TooLong => Say(Replies.LineTooLong500, output),
        _ => Obey(line, ref input, output),
    };

    /// <summary>Allowed? by the table; then each verb's handler judges and acts.</summary>
    private Next Obey(ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> input, Output output)
    {
        var command = CommandLine.Parse(line);
        ref readonly VerbRule rule = ref StateTable.Of(command.Verb);
        if (line.Length + 2 > rule.LineLimit)
            return Say(Replies.LineTooLong500, output);
        if ((rule.Allowed & _state) == 0)
            return Say(OutOfOrder(command.Verb), output);
        if (rule.Argument == ArgumentRule.None && !command.Argument.IsEmpty)
            return Say(Replies.NoArgumentAllowed501, output);
        if (rule.Argument == ArgumentRule.Required && command.Argument.IsEmpty)
            return Say(Replies.NeedsArgument501, output);
        if (rule.NeedsLogin && Options.RequireAuth && AuthenticatedUser is null)
            return Say(Replies.LoginFirst530, output);
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
        SmtpVerb.Data => Judge(UnderWay.Data, output),
        SmtpVerb.Rset => Rset(output),
        SmtpVerb.Noop => Say(Replies.Ok250, output),
        SmtpVerb.Vrfy => Say(Replies.CannotVerify252, output),
        SmtpVerb.Expn => Say(Replies.ExpnOff502, output),
        SmtpVerb.Help => Say(Replies.Help214, output),
        SmtpVerb.Quit => Quit(output),
        _ => Say(Replies.UnknownCommand500, output),
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
    private Next Judge(UnderWay question, Output output)
    {
        _underWay = question;
        _answer = Verdict.Pending;
        Verdict verdict = Ask(question);
        return verdict.Outcome == Outcome.Pending ? Next.Wait : Settle(verdict, output);
    }

    private Verdict Ask(UnderWay question) => question switch
    {
        UnderWay.Connect => _backend.Connect(this),
        UnderWay.Login => AskLogin(),
        UnderWay.Mail => _backend.Mail(this, Envelope, DeclaredSize),
        UnderWay.Rcpt => _backend.Rcpt(this, Envelope, in _recipient),
        UnderWay.Data => _backend.Data(this, Envelope),
        _ => _backend.EndOfData(this),
    };

    private Next Settle(Verdict verdict, Output output)
    {
        UnderWay question = _underWay;
        _underWay = UnderWay.Commands;
        if (verdict.Outcome == Outcome.Close)
            return CloseWith(verdict.Reply, question, output);
        bool isAccepted = verdict.Outcome == Outcome.Accept;
        return question switch
        {
            UnderWay.Connect => SettleConnect(isAccepted, verdict.Reply, output),
            UnderWay.Login => SettleLogin(isAccepted, verdict.Reply, output),
            UnderWay.Mail => SettleMail(isAccepted, verdict.Reply, output),
            UnderWay.Rcpt => SettleRcpt(isAccepted, verdict.Reply, output),
            UnderWay.Data => SettleData(isAccepted, verdict.Reply, output),
            _ => SettleEndOfData(isAccepted, verdict.Reply, output),
        };
    }

    private Next CloseWith(Reply? reply, UnderWay question, Output output)
    {
        if (question is UnderWay.Data or UnderWay.EndOfData)
            Abandon();
        if (reply is not null)
            output.Write(reply.Wire);
        return Next.Close;
    }

    /// <summary>A reply by which the session goes on, unless it was one refusal too many.</summary>
    private Next Say(Reply reply, Output output)
    {
        if (reply.Code >= 500 && ++_errors > Options.ErrorLimit)
            return CloseWith(Replies.TooManyErrors421, UnderWay.Commands, output);
        output.Write(reply.Wire);
        return Onward;
    }

    /// <summary>As <see cref="Say"/>, for a step that was accepted: errors count only in a row.</summary>
    private Next SayAccepted(Reply reply, Output output)
    {
        _errors = 0;
        output.Write(reply.Wire);
        return Onward;
    }
}
