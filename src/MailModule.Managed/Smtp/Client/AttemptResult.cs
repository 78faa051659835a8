using System.Globalization;
using System.Net;
using MailModule.Primitives;

namespace MailModule.Smtp.Client;

/// <summary>What an attempt meant.</summary>
internal enum AttemptResultKind : byte
{
    Delivered,
    /// <summary>Another attempt may help.</summary>
    Deferred,
    /// <summary>No attempt will help.</summary>
    Failed,
}

/// <summary>
/// What one attempt brought: the reply that decided, from which host, how that host was spoken to; or what happened
/// where no server said anything. Immutable. It is made where the reply is read and goes from there, as it is, to the
/// queue, to DSNs, to events and to the host program.
/// </summary>
/// <remarks>
/// One object for all recipients whom one reply or failure concerns; so whom it is about, by index, and how often that
/// recipient was tried stand beside it.
/// </remarks>
public sealed record AttemptResult
{
    /// <summary>Characters of <see cref="Text"/> at most.</summary>
    private const int TextLimit = 1024;

    internal AttemptResult()
    {
    }

    internal AttemptResultKind Kind { get; init; }

    /// <summary><see cref="Fault.None"/> when delivered.</summary>
    public Fault Fault { get; internal init; }

    /// <summary>
    /// Where it was decided: what <see cref="Reply"/> answered. To tell a refused recipient from a refused message, and
    /// both from a host that was not ready for either.
    /// </summary>
    internal SmtpStage Stage { get; init; }

    /// <summary>
    /// The server's reply that decided, with all its lines; null if there was none, or only <see cref="Text"/> of it
    /// was kept.
    /// </summary>
    internal Reply? Reply { get; init; }

    /// <summary>The host that was spoken or connected to; null if it did not come to that.</summary>
    internal RemoteHost? RemoteHost { get; init; }

    /// <summary>
    /// The connection was lost after the end of the content and before the reply: the server may have the message (RFC
    /// 5321 §4.2.5).
    /// </summary>
    public bool IsUnknown { get; internal init; }

    /// <summary>
    /// The host has taken the message for others of the same transaction, and this recipient was too many for one: it
    /// goes in the next transaction, at once, which is no new attempt.
    /// </summary>
    internal bool IsLeftOver { get; init; }

    /// <summary>
    /// Enhanced status (RFC 3463) that the reply bears, or that is known beside it; empty if there is none.
    /// </summary>
    public string Enhanced { get; internal init; } = "";

    /// <summary>What happened, where the fault's own words would say too little; else empty.</summary>
    internal string Happened { get; init; } = "";

    private string? KeptText { get; init; }
    private int KeptCode { get; init; }

    /// <summary>0 if no server said anything.</summary>
    public int ReplyCode => Reply?.Code ?? KeptCode;

    /// <summary>A server said it: <see cref="Text"/> and <see cref="Words"/> are its words, else ours.</summary>
    public bool HasReply => ReplyCode > 0;

    /// <summary>The host whose words <see cref="Text"/> has; empty where they are ours.</summary>
    public string SaidBy => HasReply ? Host : "";

    /// <summary><see cref="Enhanced"/>, or one of our own making: never empty.</summary>
    public string Status => Enhanced.Length > 0 ? Enhanced : string.Create(
        CultureInfo.InvariantCulture, $"{ClassOf(Kind)}.{(ReplyCode > 0 ? "0.0" : FaultDescriptions.DetailOf(Fault))}");

    /// <summary>
    /// The reply's lines, each with its codes, LF between; or what happened, with the host's name where that host was
    /// not ready for mail. As DSNs, the queue's log and its events have it; of one that is very long the beginning
    /// and the last line.
    /// </summary>
    public string Text => KeptText ?? Cut(Reply is { } reply ? reply.Join("\n") : WhatHappened);

    /// <summary>The reply's lines without their codes, LF between; or what happened.</summary>
    public string Words => Reply is { } reply ? string.Join('\n', reply.Lines) : KeptText ?? OwnWords;

    /// <summary>The name of <see cref="RemoteHost"/>; empty if there is none.</summary>
    public string Host => RemoteHost?.Name ?? "";

    /// <summary>
    /// The host whose words <see cref="Text"/> has (<see cref="HasReply"/>), or with which a transaction broke off;
    /// else empty.
    /// </summary>
    public string Speaker => Reply is not null || KeptText is not null || IsOfTransaction ? Host : "";

    /// <summary>Null if a proxy resolved the host's name, or there was no host.</summary>
    public IPEndPoint? Address => RemoteHost?.Address;

    /// <summary>Protocol and cipher; null in clear text.</summary>
    public string? Tls => RemoteHost?.Tls;

    /// <summary>The certificate's name and chain were checked and right.</summary>
    public bool IsVerified => RemoteHost?.IsVerified ?? false;

    /// <summary>What a reply other than the expected one means; a positive one breaks the protocol.</summary>
    internal static Fault FaultOf(Reply reply)
        => reply.IsTemporary ? Fault.RefusedTemporary : reply.IsPositive ? Fault.Protocol : Fault.RefusedPermanent;

    /// <summary>
    /// RFC 5321 §4.5.3.1.10: 452 in answer to RCPT, and 552 of old servers, say that one transaction has too many
    /// recipients. What follows: it is never final (<see cref="KindOf"/>), behind recipients that were taken 552 is a
    /// temporary refusal (<see cref="OfRcpt"/>), and where the message was taken for some, those that were too many are
    /// left over (<see cref="BesideDelivered"/>).
    /// </summary>
    internal static bool IsTooManyRecipients(SmtpStage stage, Reply? reply)
        => stage == SmtpStage.Rcpt && reply is { Code: 452 or 552, Enhanced: "" or "4.5.3" or "5.5.3" };

    /// <summary>A refusal of one recipient.</summary>
    internal static AttemptResult OfRcpt(Reply reply, SmtpClientTransaction transaction)
    {
        bool isTemporary = IsTooManyRecipients(SmtpStage.Rcpt, reply) && transaction.HasAccepted;
        Fault fault = isTemporary ? Fault.RefusedTemporary : FaultOf(reply);
        return Of(reply, fault, SmtpStage.Rcpt, transaction.Host);
    }

    /// <summary>The host has taken the message for others of the same transaction.</summary>
    internal AttemptResult BesideDelivered()
        => IsTooManyRecipients(Stage, Reply) ? this with { IsLeftOver = true } : this;

    /// <summary>A server's reply that decided about a recipient, or about all.</summary>
    /// <param name="fault">What the reply means; None if it took the message.</param>
    internal static AttemptResult Of(Reply reply, Fault fault, SmtpStage stage, RemoteHost? host) => new()
    {
        Kind = IsAboutUs(reply, host) ? AttemptResultKind.Deferred : KindOf(fault, stage, reply),
        Fault = fault,
        Stage = stage,
        Reply = reply,
        Enhanced = reply.Enhanced,
        RemoteHost = host,
    };

    /// <summary>A failure of a transaction that no reply decided.</summary>
    internal static AttemptResult Of(Fault fault, SmtpStage stage, RemoteHost? host) => new()
    {
        Kind = KindOf(fault, stage, null),
        Fault = fault,
        Stage = stage,
        RemoteHost = host,
    };

    /// <summary>What this host decided or did itself.</summary>
    internal static AttemptResult OfThisHost(Fault fault, string status, string text) => Kept(
        fault == Fault.None ? AttemptResultKind.Delivered : AttemptResultKind.Failed, fault, 0, status, text, "", null);

    /// <summary>A result of which only this was kept.</summary>
    /// <param name="host">Who said the text; empty: nobody did.</param>
    internal static AttemptResult Kept(
        AttemptResultKind kind, Fault fault, int code, string status, string text, string host, string? tls)
    {
        bool isNobody = host.Length == 0 && tls is null;
        return new AttemptResult
        {
            Kind = kind,
            Fault = fault,
            Enhanced = status,
            KeptCode = code,
            KeptText = text,
            RemoteHost = isNobody ? null : new RemoteHost(host, null, tls, IsVerified: false, OffersDsn: false),
        };
    }

    /// <summary>No more attempts are made: what might have helped will not. The status says what it was.</summary>
    internal AttemptResult GivenUp()
        => Kind == AttemptResultKind.Deferred ? this with { Kind = AttemptResultKind.Failed, Enhanced = Status } : this;

    /// <summary>
    /// For whoever keeps it for days: of a reply with more text than <see cref="Text"/> shows, that text alone.
    /// </summary>
    internal AttemptResult Bounded() => Reply is not { } reply || reply.TextLength <= TextLimit
        ? this
        : this with { Reply = null, KeptText = Text, KeptCode = reply.Code };

    /// <summary>What may pass is deferred: a temporary refusal, and all that happened on the way.</summary>
    private static AttemptResultKind KindOf(Fault fault, SmtpStage stage, Reply? reply) => fault switch
    {
        Fault.None => AttemptResultKind.Delivered,
        Fault.RefusedPermanent or Fault.Limit or Fault.NotSupported when !IsTooManyRecipients(stage, reply)
            => AttemptResultKind.Failed,
        _ => AttemptResultKind.Deferred,
    };

    // RFC 4954 §6, RFC 3207 §4: 530 wants a login or TLS, whatever the message. With a smarthost that is our settings'
    // matter, which may be put right.
    private static bool IsAboutUs(Reply reply, RemoteHost? host)
        => host is { IsNamed: true } && reply.Code is 530 or 534 or 535 or 538;

    private static char ClassOf(AttemptResultKind kind) => kind switch
    {
        AttemptResultKind.Delivered => '2',
        AttemptResultKind.Failed => '5',
        _ => '4',
    };

    private bool IsOfTransaction => Stage >= SmtpStage.Mail;

    private string OwnWords => Happened.Length > 0 ? Happened : FaultDescriptions.Of(Fault);

    private string WhatHappened
    {
        get
        {
            if (IsUnknown && Happened.Length == 0)
                return "the connection was lost after the end of the message, before the answer";
            bool isNamed = IsOfTransaction || Host.Length == 0
                || OwnWords.Contains(Host, StringComparison.OrdinalIgnoreCase);
            return isNamed ? OwnWords : $"{Host}: {OwnWords}";
        }
    }

    /// <summary>The last line stays: in it servers say what the reply comes to.</summary>
    private static string Cut(string text)
    {
        if (text.Length <= TextLimit)
            return text;
        int last = text.LastIndexOf('\n');
        return last > 0 && text.Length - last < TextLimit / 2
            ? text[..(TextLimit - (text.Length - last))] + text[last..]
            : text[..TextLimit];
    }
}
