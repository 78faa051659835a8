namespace MailModule.Delivery.Reports;

/// <summary>What a kind of DSN is called: to machines, and to people.</summary>
internal static class DsnWords
{
    /// <summary>The value of the Action field (RFC 3464 §2.3.3).</summary>
    public static string Action(DsnKind kind) => kind switch
    {
        DsnKind.Failed => "failed",
        DsnKind.Delayed => "delayed",
        DsnKind.Delivered => "delivered",
        DsnKind.Relayed => "relayed",
        _ => "expanded",
    };

    /// <summary>The status where none is known (RFC 3461 §6.3).</summary>
    public static string Status(DsnKind kind) => kind switch
    {
        DsnKind.Failed => "5.0.0",
        DsnKind.Delayed => "4.0.0",
        _ => "2.0.0",
    };

    public static string WhatHappened(DsnKind kind) => kind switch
    {
        DsnKind.Failed => "failed",
        DsnKind.Delayed => "is delayed",
        _ => $"was {Action(kind)}",
    };

    public static string Subject(DsnKind kind) => kind switch
    {
        DsnKind.Failed => "Your message could not be delivered",
        DsnKind.Delayed => "Your message is delayed",
        DsnKind.Delivered => "Your message was delivered",
        DsnKind.Relayed => "Your message was passed on",
        _ => "Your message was delivered and sent on",
    };

    /// <summary>Lines for people; the recipients follow.</summary>
    public static string[] Opening(DsnKind kind) => kind switch
    {
        DsnKind.Failed => ["Your message could not be delivered to the following addresses.",
            "No more attempts will be made for them."],
        DsnKind.Delayed => ["Your message could not be delivered yet to the following addresses.",
            "You need not send it again: more attempts will be made."],
        DsnKind.Delivered => ["Your message was delivered to the following addresses."],
        DsnKind.Relayed => ["Your message was taken by the next mail server for the following addresses.",
            "That server does not tell when it delivers, so this is the last report."],
        _ => ["Your message was delivered to the following addresses, and sent on to all", "for whom they stand."],
    };
}
