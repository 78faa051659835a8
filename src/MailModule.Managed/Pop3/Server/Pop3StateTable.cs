using MailModule.Lines;

namespace MailModule.Pop3.Server;

/// <summary>
/// The verbs and their order, as data: which command in which state with which argument, what it does, what it asks.
/// </summary>
internal sealed class Pop3StateTable
{
    /// <summary>RFC 1939, 2449 (CAPA), 2595 (STLS), 5034 (AUTH) and 6856 (UTF8, LANG).</summary>
    public static readonly Pop3StateTable Standard = new(
        new Pop3Rule("USER", Pop3State.Authorization, Pop3ArgumentRule.Text,
            static (session, argument, output) => session.TakeUser(argument.Text, output)),
        new Pop3Rule("PASS", Pop3State.Authorization, Pop3ArgumentRule.Text,
            static (session, argument, output) => session.LogIn(argument.Text, output))
        {
            Question = Pop3Question.Login,
        },
        new Pop3Rule("APOP", Pop3State.Authorization, Pop3ArgumentRule.NameAndDigest,
            static (session, argument, output) => Pop3Authentication.BeginApop(session, argument, output)),
        // RFC 5034 §4: AUTH names a mechanism. A first message is taken too that makes it longer than commands may be.
        new Pop3Rule("AUTH", Pop3State.Authorization, Pop3ArgumentRule.Text,
            static (session, argument, output) => Pop3Authentication.Begin(session, argument.Text, output))
        {
            LineLimit = Pop3Command.ExchangeLineLimit,
        },
        // RFC 6856 §2
        new Pop3Rule("UTF8", Pop3State.Authorization, Pop3ArgumentRule.None,
            static (session, _, output) => session.TakeUtf8(output)),
        new Pop3Rule("LANG", Pop3State.Both, Pop3ArgumentRule.OptionalText,
            static (_, argument, output) => Pop3Session.ChooseLanguage(argument.Text, output)),
        // RFC 2595 §4: STLS is permitted in AUTHORIZATION only.
        new Pop3Rule("STLS", Pop3State.Authorization, Pop3ArgumentRule.None,
            static (session, _, output) => session.StartTls(output)),
        new Pop3Rule("CAPA", Pop3State.Both, Pop3ArgumentRule.None,
            static (session, _, output) => session.ListCapabilities(output)),
        new Pop3Rule("QUIT", Pop3State.Both, Pop3ArgumentRule.None) { Question = Pop3Question.Quit },
        new Pop3Rule("STAT", Pop3State.Transaction, Pop3ArgumentRule.None,
            static (session, _, output) => session.Stat(output)),
        new Pop3Rule("LIST", Pop3State.Transaction, Pop3ArgumentRule.OptionalNumber,
            static (session, argument, output) => session.List(argument.First, uniqueIds: false, output)),
        new Pop3Rule("UIDL", Pop3State.Transaction, Pop3ArgumentRule.OptionalNumber,
            static (session, argument, output) => session.List(argument.First, uniqueIds: true, output)),
        new Pop3Rule("RETR", Pop3State.Transaction, Pop3ArgumentRule.Number,
            static (session, argument, output) => session.Retrieve(argument.First, -1, output))
        {
            Question = Pop3Question.Message,
        },
        new Pop3Rule("TOP", Pop3State.Transaction, Pop3ArgumentRule.TwoNumbers,
            static (session, argument, output) => session.Retrieve(argument.First, argument.Second, output))
        {
            Question = Pop3Question.Message,
        },
        new Pop3Rule("DELE", Pop3State.Transaction, Pop3ArgumentRule.Number,
            static (session, argument, output) => session.Delete(argument.First, output)),
        new Pop3Rule("NOOP", Pop3State.Transaction, Pop3ArgumentRule.None,
            static (session, _, output) => session.Noop(output)),
        new Pop3Rule("RSET", Pop3State.Transaction, Pop3ArgumentRule.None,
            static (session, _, output) => session.Reset(output)));

    private readonly Pop3Rule[] _rules;
    private readonly VerbTable<Pop3Rule> _byVerb;

    private Pop3StateTable(params Pop3Rule[] rules)
    {
        _rules = rules;
        _byVerb = new VerbTable<Pop3Rule>(rules, rule => rule.Verb);
    }

    /// <summary>The row of a verb; null for what is no verb.</summary>
    public Pop3Rule? Of(ReadOnlySpan<byte> verb) => _byVerb.Find(verb);

    /// <summary>A table with one more verb.</summary>
    public Pop3StateTable With(Pop3Rule rule) => new([.. _rules, rule]);
}
