using System.Globalization;
using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>What an attempt meant.</summary>
internal enum OutcomeKind : byte
{
    Delivered,
    /// <summary>Another attempt may help.</summary>
    Deferred,
    /// <summary>No attempt will help.</summary>
    Failed,
}

/// <summary>The last that is known about a recipient: what an attempt brought, in the words of whoever said it. Shared by all recipients whom one failure concerns.</summary>
/// <param name="Status">Enhanced status (RFC 3463), never empty.</param>
/// <param name="Text">Reply lines, each with its code, LF between; or what happened.</param>
/// <param name="Host">Who said it; empty if nobody did.</param>
internal sealed record Outcome(OutcomeKind Kind, Fault Fault, int ReplyCode, string Status, string Text, string Host, string? Tls, DateTimeOffset At)
{
    private const int TextLimit = 1024;

    /// <summary>What a server answered for one recipient.</summary>
    public static Outcome Of(RecipientResult result, RemoteHost? host, DateTimeOffset at)
    {
        OutcomeKind kind = result.State == RecipientState.Delivered ? OutcomeKind.Delivered : IsAboutTooMany(result) ? OutcomeKind.Deferred : KindOf(result.Fault);
        string text = result.Reply is { } reply ? Words(reply) : result.IsUnknown ? "the connection was lost after the final dot, before the answer" : TextOf(result.Fault);
        return new Outcome(kind, result.Fault, result.Reply?.Code ?? 0, StatusOf(kind, result.Fault, result.Reply), Cut(text), host?.Name ?? "", host?.Tls, at)
        {
            IsTooManyRecipients = IsAboutTooMany(result),
        };
    }

    /// <summary>What a run that reached nobody means for all who waited for it.</summary>
    public static Outcome Of(RunEnd end, RemoteHost? host, DateTimeOffset at)
    {
        OutcomeKind kind = end.IsPermanent ? OutcomeKind.Failed : OutcomeKind.Deferred;
        string text = end.Reply is { } reply ? Words(reply) : Named(host, end.Text.Length > 0 ? end.Text : TextOf(end.Fault));
        string status = end.Status.Length > 0 ? end.Status : StatusOf(kind, end.Fault, end.Reply);
        return new Outcome(kind, end.Fault, end.Reply?.Code ?? 0, status, Cut(text), end.Reply is null ? "" : host?.Name ?? "", host?.Tls, at);
    }

    /// <summary>RFC 5321 §4.5.3.1.10: 452 in answer to RCPT, and 552 of old servers, says that one transaction has too many recipients.</summary>
    public bool IsTooManyRecipients { get; private init; }

    private static bool IsAboutTooMany(RecipientResult result)
        => result is { Stage: SmtpStage.Rcpt, Reply: { Code: 452 or 552, Enhanced: "" or "4.5.3" or "5.5.3" } };

    private static OutcomeKind KindOf(Fault fault) => fault is Fault.RefusedPermanent or Fault.Limit or Fault.NotSupported ? OutcomeKind.Failed : OutcomeKind.Deferred;

    private static string StatusOf(OutcomeKind kind, Fault fault, Reply? reply)
    {
        if (reply is { Enhanced.Length: > 0 } said)
            return said.Enhanced;
        char digit = kind switch { OutcomeKind.Delivered => '2', OutcomeKind.Failed => '5', _ => '4' };
        return string.Create(CultureInfo.InvariantCulture, $"{digit}.{(reply is null ? DetailOf(fault) : "0.0")}");
    }

    // RFC 3463 §3.4 to §3.8
    private static string DetailOf(Fault fault) => fault switch
    {
        Fault.Connect => "4.1",
        Fault.Closed or Fault.Timeout => "4.2",
        Fault.Dns => "4.3",
        Fault.Tls => "7.5",
        Fault.Protocol => "5.0",
        Fault.Limit => "3.4",
        Fault.NotSupported => "6.7",
        Fault.Full or Fault.Io or Fault.Memory => "3.0",
        _ => "0.0",
    };

    private static string TextOf(Fault fault) => fault switch
    {
        Fault.None => "delivered",
        Fault.Connect => "no connection could be made",
        Fault.Closed => "the connection was lost",
        Fault.Timeout => "the host did not answer in time",
        Fault.Dns => "the name could not be resolved",
        Fault.Tls => "TLS is required and could not be had",
        Fault.Protocol => "the host broke the protocol",
        Fault.Limit => "the message is larger than the host takes",
        Fault.NotSupported => "the host does not take addresses or text outside ASCII",
        Fault.Cancelled => "the attempt was cut short",
        _ => $"the attempt failed ({fault})",
    };

    private static string Words(Reply reply)
        => string.Join('\n', reply.Lines.Select(line => reply.Enhanced.Length > 0 ? $"{reply.Code} {reply.Enhanced} {line}" : $"{reply.Code} {line}"));

    private static string Named(RemoteHost? host, string text)
        => host is null || text.Contains(host.Name, StringComparison.OrdinalIgnoreCase) ? text : $"{host.Name}: {text}";

    private static string Cut(string text) => text.Length <= TextLimit ? text : text[..TextLimit];
}
