namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// A part of the engine that reads what others wrote, as a function of octets. It throws where one of its properties
/// does not hold, and keeps nothing from one input to the next. afl-fuzz calls it through tests/fuzz; the test suite
/// calls it with the files of tests/fuzz/corpus.
/// </summary>
/// <param name="Name">Also the name of its folder in the corpus.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Check)
{
    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("smtp-session", SmtpSessionTarget.Check),
        new("handled-session", HandledSessionTarget.Check),
        new("smtp-client", SmtpClientTarget.Check),
        new("pop3-session", Pop3SessionTarget.Check),
        new("pop3-handled", HandledPop3Target.Check),
        new("pop3-client", Pop3ClientTarget.Check),
        new("dots", DotReaderTarget.Check),
        new("lines", LinesTarget.Check),
        new("addresses", AddressTarget.Check),
        new("parameters", ParameterTarget.Check),
        new("replies", ReplyTarget.Check),
        new("dns-answers", DnsAnswerTarget.Check),
        new("dns-names", DnsNameTarget.Check),
        new("forward-files", ForwardFileTarget.Check),
        new("expressions", ExpressionTarget.Check),
        new("configuration", ConfigurationTarget.Check),
        new("settings", SettingTarget.Check),
        new("spool-records", SpoolRecordTarget.Check),
        new("maildir-names", MaildirNameTarget.Check),
        new("proxies", ProxyTarget.Check),
        new("local-files", LocalFileTarget.Check),
        new("headers", HeaderTarget.Check),
        new("logins", LoginTarget.Check),
        new("fronts", FrontTarget.Check),
        new("messages", MessageTarget.Check),
        new("authors", AuthorTarget.Check),
        new("results-fields", ResultsFieldTarget.Check),
    ];

    public static FuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
