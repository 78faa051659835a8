namespace MailModule.Delivery.Reports;

/// <summary>What a kind of report is called: to machines, and to people.</summary>
internal static class ReportWords
{
    /// <summary>The value of the Action field (RFC 3464 §2.3.3).</summary>
    public static string Action(ReportKind kind) => kind switch
    {
        ReportKind.Failed => "failed",
        ReportKind.Delayed => "delayed",
        ReportKind.Delivered => "delivered",
        ReportKind.Relayed => "relayed",
        _ => "expanded",
    };

    /// <summary>The status where none is known (RFC 3461 §6.3).</summary>
    public static string Status(ReportKind kind) => kind switch
    {
        ReportKind.Failed => "5.0.0",
        ReportKind.Delayed => "4.0.0",
        _ => "2.0.0",
    };

    public static string Became(ReportKind kind) => kind switch
    {
        ReportKind.Failed => "failed",
        ReportKind.Delayed => "is delayed",
        _ => $"was {Action(kind)}",
    };

    public static string Subject(ReportKind kind) => kind switch
    {
        ReportKind.Failed => "Your message could not be delivered",
        ReportKind.Delayed => "Your message is delayed",
        ReportKind.Delivered => "Your message was delivered",
        ReportKind.Relayed => "Your message was passed on",
        _ => "Your message was delivered and sent on",
    };

    /// <summary>Lines for people; the recipients follow.</summary>
    public static string[] Opening(ReportKind kind) => kind switch
    {
        ReportKind.Failed => ["Your message could not be delivered to the following addresses.", "No more attempts will be made for them."],
        ReportKind.Delayed => ["Your message could not be delivered yet to the following addresses.", "You need not send it again: more attempts will be made."],
        ReportKind.Delivered => ["Your message was delivered to the following addresses."],
        ReportKind.Relayed => ["Your message was taken by the next mail server for the following addresses.", "That server does not tell when it delivers, so this is the last report."],
        _ => ["Your message was delivered to the following addresses, and sent on to all", "for whom they stand."],
    };
}
