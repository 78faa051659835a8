using MailModule.Lines;

namespace MailModule.Smtp.Server;

/// <summary>Where a session stands between two commands (RFC 5321 §4.1.4).</summary>
[Flags]
internal enum SmtpState
{
    None = 0,
    /// <summary>Greeted with a refusal: QUIT alone is welcome (RFC 5321 §3.1).</summary>
    Refused = 1,
    /// <summary>Greeted, no EHLO or HELO yet.</summary>
    Fresh = 2,
    /// <summary>Said hello; no transaction.</summary>
    Ready = 4,
    /// <summary>A transaction with a reverse-path.</summary>
    Mail = 8,
    /// <summary>… and with at least one recipient.</summary>
    Rcpt = 16,
    /// <summary>… and with a chunk of its content (RFC 3030).</summary>
    Chunks = 32,

    Transaction = Mail | Rcpt | Chunks,
    Greeted = Fresh | Ready | Transaction,
    Any = Refused | Greeted,
}

/// <summary>
/// The verbs and their order, as data. The next state of a verb that asks is a column of its <see cref="Question"/>;
/// of the others EHLO, HELO, RSET and STARTTLS change the state, in their handlers.
/// </summary>
internal sealed class StateTable
{
    /// <summary>RFC 5321 §4.5.3.1.4.</summary>
    public const int LineLimit = 512;

    /// <summary>Extensions lengthen MAIL: SIZE by 26, BODY by 17, SMTPUTF8 by 10, AUTH by 500 (RFC 1870 §3, 6152 §2,
    /// 6531 §3.1, 4954 §3), RET and ENVID by 110; and RCPT: NOTIFY and ORCPT by 530 (RFC 3461 §5.4). A source route may
    /// fill a line by itself.</summary>
    public const int PathLineLimit = 2048;

    /// <summary>RFC 4954 §4: lines of an exchange, and AUTH with an initial response.</summary>
    public const int AuthLineLimit = 12288;

    private static readonly VerbRule s_unknown =
        new("", SmtpState.Greeted, ArgumentRule.Optional)
        {
            Asked = AskedCommands.Unknown,
            Handle = Says(Replies.UnknownCommand500),
        };

    /// <summary>RFC 5321, 3030, 3207 and 4954.</summary>
    public static readonly StateTable Standard = new(
        new VerbRule("EHLO", SmtpState.Greeted, ArgumentRule.Required)
        {
            Read = static (_, argument) => SmtpSession.CheckHello(argument),
            Asked = AskedCommands.Ehlo,
            Handle = static (session, argument, output) => session.Hello(argument, isEhlo: true, null, output),
            HandleWithReply = static (session, argument, reply, output)
                => session.Hello(argument, isEhlo: true, reply, output),
        },
        new VerbRule("HELO", SmtpState.Greeted, ArgumentRule.Required)
        {
            Read = static (_, argument) => SmtpSession.CheckHello(argument),
            Asked = AskedCommands.Helo,
            Handle = static (session, argument, output) => session.Hello(argument, isEhlo: false, null, output),
            HandleWithReply = static (session, argument, reply, output)
                => session.Hello(argument, isEhlo: false, reply, output),
        },
        new VerbRule("MAIL", SmtpState.Ready, ArgumentRule.Required)
        {
            LineLimit = PathLineLimit,
            NeedsLogin = true,
            InTransaction = Replies.NestedMail503,
            Asked = AskedCommands.Mail,
            Read = static (session, argument) => session.ReadMail(argument),
            Question = Question.Mail,
        },
        // RFC 5321 appendix F.6: a server may have them, for terminals; here only where the backend takes them
        SendRule("SEND"),
        SendRule("SOML"),
        SendRule("SAML"),
        new VerbRule("RCPT", SmtpState.Mail | SmtpState.Rcpt, ArgumentRule.Required)
        {
            LineLimit = PathLineLimit,
            Asked = AskedCommands.Rcpt,
            Read = static (session, argument) => session.ReadRcpt(argument),
            Question = Question.Rcpt,
        },
        new VerbRule("DATA", SmtpState.Rcpt, ArgumentRule.None)
        {
            // RFC 5321 §3.3: DATA after recipients that were all refused
            InTransaction = Replies.NoRecipients554,
            Question = Question.Data,
        },
        new VerbRule("BDAT", SmtpState.Rcpt | SmtpState.Chunks, ArgumentRule.Required)
        {
            InTransaction = Replies.NoRecipients554,
            Read = static (_, argument) => Refusals.OfChunk(argument),
            Handle = static (session, argument, output) => session.BeginChunk(argument, output),
            Question = Question.FirstChunk,
            Refuse = static (session, argument, refusal, output) => session.RefuseChunk(argument, refusal, output),
        },
        new VerbRule("RSET", SmtpState.Greeted, ArgumentRule.None)
        {
            EndsTransaction = true,
            Asked = AskedCommands.Reset,
            Handle = static (session, _, output) => session.Reset(Replies.Ok250, output),
            // RFC 5321 §4.1.1.5: 250 alone
            HandleWithReply = static (session, _, reply, output)
                => session.Reset(new Reply(250, reply.Enhanced, [.. reply.Lines]), output),
        },
        new VerbRule("NOOP", SmtpState.Greeted, ArgumentRule.Optional)
        {
            Asked = AskedCommands.Noop,
            Handle = Says(Replies.Ok250),
        },
        new VerbRule("VRFY", SmtpState.Greeted, ArgumentRule.Required)
        {
            Asked = AskedCommands.Verify,
            Read = static (_, argument) => Refusals.OfName(argument),
            Handle = Says(Replies.CannotVerify252),
        },
        new VerbRule("EXPN", SmtpState.Greeted, ArgumentRule.Required)
        {
            IsOffered = false,
            Asked = AskedCommands.Expand,
            Read = static (_, argument) => Refusals.OfName(argument),
            Handle = Says(Replies.ExpnOff502),
        },
        // RFC 5321 appendix F.5: whoever turns lets the client have mail that may be another's
        new VerbRule("TURN", SmtpState.Greeted, ArgumentRule.None)
        {
            IsOffered = false,
            Asked = AskedCommands.Turn,
            Handle = Says(Replies.TurnOff502),
        },
        // RFC 1985: the queue goes by its own schedule
        new VerbRule("ETRN", SmtpState.Greeted, ArgumentRule.Optional)
        {
            IsOffered = false,
            Handle = Says(Replies.EtrnOff502),
        },
        new VerbRule("HELP", SmtpState.Greeted, ArgumentRule.Optional)
        {
            Asked = AskedCommands.Help,
            Handle = static (session, _, output) => session.WriteReply(session.Options.Verbs.Help214, output),
        },
        new VerbRule("QUIT", SmtpState.Any, ArgumentRule.None)
        {
            Handle = static (_, _, output) => SmtpSession.Quit(output),
        },
        // RFC 4954 §4: not during a transaction. After HELO as well, though no extension was offered then, for devices
        // that know no other.
        new VerbRule("AUTH", SmtpState.Ready, ArgumentRule.Required)
        {
            LineLimit = AuthLineLimit,
            BeforeHello = Replies.EhloFirst503,
            Read = AuthCommand.Check,
            Handle = AuthCommand.Begin,
            Question = Question.Login,
        },
        new VerbRule("STARTTLS", SmtpState.Ready, ArgumentRule.None)
        {
            BeforeHello = Replies.EhloFirst503,
            Read = static (session, _) => session.CannotStartTls(),
            Handle = static (session, _, output) => session.StartTls(output),
        },
        new VerbRule("XCLIENT", SmtpState.Fresh | SmtpState.Ready, ArgumentRule.Required)
        {
            LineLimit = PathLineLimit,
            IsOffered = false,
            InTransaction = Replies.InTransaction503,
            Read = static (session, _) => session.Options.Xclient is null ? Replies.XclientDenied550 : null,
            Handle = static (session, argument, output) => session.Xclient(argument, output),
        });

    /// <summary>RFC 2033: LHLO stands in place of EHLO and HELO, so that neither protocol is taken for the other.
    /// </summary>
    public static readonly StateTable Lmtp = new(
        [.. Standard._rules.Where(static rule => rule.Verb != "HELO").Select(static rule => rule with
        {
            Verb = rule.Verb == "EHLO" ? "LHLO" : rule.Verb,
            BeforeHello = Replies.LhloFirst503,
            // RFC 2033 §4.2: 503 where no RCPT was accepted
            InTransaction = rule.InTransaction == Replies.NoRecipients554
                ? Replies.NoRecipients503
                : rule.InTransaction,
        })]);

    private readonly VerbRule[] _rules;
    private readonly VerbTable<VerbRule> _byVerb;

    private StateTable(params VerbRule[] rules)
    {
        _rules = rules;
        IsLmtp = Array.Exists(rules, static rule => rule.Verb == "LHLO");
        _byVerb = new VerbTable<VerbRule>(rules, rule => rule.Verb);
        Help214 = Replies.Help214(rules.Where(rule => rule.IsOffered).Select(rule => rule.Verb));
    }

    public Reply Help214 { get; }

    /// <summary>RFC 2033.</summary>
    public bool IsLmtp { get; }

    /// <summary>The row of a verb, or the one for what is no verb.</summary>
    public VerbRule Of(ReadOnlySpan<byte> verb) => _byVerb.Find(verb) ?? s_unknown;

    /// <summary>A table with one more verb.</summary>
    public StateTable With(VerbRule rule) => new([.. _rules, rule]);

    // As MAIL, whose parameters they have too.
    private static VerbRule SendRule(string verb) => new(verb, SmtpState.Ready, ArgumentRule.Required)
    {
        LineLimit = PathLineLimit,
        NeedsLogin = true,
        IsOffered = false,
        InTransaction = Replies.NestedMail503,
        Asked = AskedCommands.Mail,
        Read = static (session, argument) => session.TakesSend ? session.ReadMail(argument) : Replies.SendOff502,
        Question = Question.Mail,
    };

    private static VerbHandler Says(Reply reply) => (session, _, output) => session.WriteReply(reply, output);
}
