namespace MailModule.Smtp.Server;

/// <summary>Where a session stands between two commands (RFC 5321 §4.1.4).</summary>
[Flags]
internal enum SmtpState
{
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

    Greeted = Fresh | Ready | Mail | Rcpt,
    Any = Refused | Greeted,
}

/// <summary>What a verb says about its argument.</summary>
internal enum ArgumentRule
{
    None,
    Optional,
    Required,
}

/// <summary>
/// One row: a verb, the states that allow it, its longest line with CRLF, its argument, and whether options may ask for
/// a login first.
/// </summary>
internal readonly record struct VerbRule(
    SmtpVerb Verb, SmtpState Allowed, ArgumentRule Argument, int LineLimit = StateTable.LineLimit,
    bool NeedsLogin = false);

/// <summary>
/// The order of commands, as data. The next state is not a column: it follows from the verdict, in
/// <see cref="SmtpSession"/>'s On…Verdict methods, and only EHLO, HELO, MAIL, RCPT, DATA, RSET and STARTTLS change it.
/// </summary>
internal static class StateTable
{
    /// <summary>RFC 5321 §4.5.3.1.4.</summary>
    public const int LineLimit = 512;

    /// <summary>Extensions lengthen MAIL: SIZE by 26, BODY by 17, SMTPUTF8 by 10, AUTH by 500 (RFC 1870 §3, 6152 §2,
    /// 6531 §3.1, 4954 §3), RET and ENVID by 110; and RCPT: NOTIFY and ORCPT by 530 (RFC 3461 §5.4). A source route may
    /// fill a line by itself.</summary>
    public const int PathLineLimit = 2048;

    /// <summary>RFC 4954 §4: lines of an exchange, and AUTH with an initial response.</summary>
    public const int AuthLineLimit = 12288;

    private static readonly VerbRule[] Rules = Order(
        new VerbRule(SmtpVerb.Ehlo, SmtpState.Greeted, ArgumentRule.Required),
        new VerbRule(SmtpVerb.Helo, SmtpState.Greeted, ArgumentRule.Required),
        new VerbRule(SmtpVerb.Mail, SmtpState.Ready, ArgumentRule.Required, PathLineLimit, NeedsLogin: true),
        new VerbRule(SmtpVerb.Rcpt, SmtpState.Mail | SmtpState.Rcpt, ArgumentRule.Required, PathLineLimit),
        new VerbRule(SmtpVerb.Data, SmtpState.Rcpt, ArgumentRule.None),
        new VerbRule(SmtpVerb.Rset, SmtpState.Greeted, ArgumentRule.None),
        new VerbRule(SmtpVerb.Noop, SmtpState.Greeted, ArgumentRule.Optional),
        new VerbRule(SmtpVerb.Vrfy, SmtpState.Greeted, ArgumentRule.Required),
        new VerbRule(SmtpVerb.Expn, SmtpState.Greeted, ArgumentRule.Required),
        new VerbRule(SmtpVerb.Help, SmtpState.Greeted, ArgumentRule.Optional),
        new VerbRule(SmtpVerb.Quit, SmtpState.Any, ArgumentRule.None),
        // RFC 4954 §4: AUTH is not permitted during a transaction
        new VerbRule(SmtpVerb.Auth, SmtpState.Ready, ArgumentRule.Required, AuthLineLimit),
        new VerbRule(SmtpVerb.StartTls, SmtpState.Ready, ArgumentRule.None),
        new VerbRule(SmtpVerb.Unknown, SmtpState.Greeted, ArgumentRule.Optional));

    public static ref readonly VerbRule Of(SmtpVerb verb) => ref Rules[(int)verb];

    private static VerbRule[] Order(params VerbRule[] rows)
    {
        var rules = new VerbRule[rows.Length];
        foreach (VerbRule row in rows)
            rules[(int)row.Verb] = row;
        return rules;
    }
}
