using System.Globalization;
using MailModule.Delivery.Remote;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

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
/// The last that is known about a recipient: what an attempt brought, in the words of the server that spoke, or in
/// ours. Shared by all recipients whom one failure concerns.
/// </summary>
/// <param name="Status">Enhanced status (RFC 3463), never empty.</param>
/// <param name="Text">Reply lines, each with its code, LF between; or what happened.</param>
/// <param name="Host">The host that said it; empty if none did.</param>
internal sealed record AttemptResult(
    AttemptResultKind Kind, Fault Fault, int ReplyCode, string Status, string Text, string Host, string? Tls,
    DateTimeOffset At)
{
    private const int TextLimit = 1024;

    /// <summary>What a server answered for one recipient.</summary>
    public static AttemptResult Of(RecipientResult result, RemoteHost? host, DateTimeOffset at)
    {
        AttemptResultKind kind = KindOf(result);
        string status = StatusOf(kind, result.Fault, result.Reply);
        int code = result.Reply?.Code ?? 0;
        string name = host?.Name ?? "";
        return new AttemptResult(kind, result.Fault, code, status, Cut(TextOf(result)), name, host?.Tls, at)
        {
            IsTooManyRecipients = IsAboutTooMany(result),
        };
    }

    /// <summary>What an attempt that reached no host means for every recipient that waited for it.</summary>
    public static AttemptResult Of(AttemptEnd end, RemoteHost? host, DateTimeOffset at)
    {
        AttemptResultKind kind = end.IsPermanent ? AttemptResultKind.Failed : AttemptResultKind.Deferred;
        string text = end.Reply is { } reply
            ? Words(reply)
            : Named(host, end.Text.Length > 0 ? end.Text : TextOf(end.Fault));
        string status = end.Status.Length > 0 ? end.Status : StatusOf(kind, end.Fault, end.Reply);
        return new AttemptResult(
            kind, end.Fault, end.Reply?.Code ?? 0, status, Cut(text), end.Reply is null ? "" : host?.Name ?? "",
            host?.Tls, at);
    }

    /// <summary>
    /// RFC 5321 §4.5.3.1.10: 452 in answer to RCPT, and 552 of old servers, say that one transaction has too many
    /// recipients.
    /// </summary>
    public bool IsTooManyRecipients { get; private init; }

    private static bool IsAboutTooMany(RecipientResult result)
        => result is { Stage: SmtpStage.Rcpt, Reply: { Code: 452 or 552, Enhanced: "" or "4.5.3" or "5.5.3" } };

    private static AttemptResultKind KindOf(RecipientResult result)
    {
        if (result.State == RecipientState.Delivered)
            return AttemptResultKind.Delivered;
        bool isPermanent = result.Fault is Fault.RefusedPermanent or Fault.Limit or Fault.NotSupported;
        return isPermanent && !IsAboutTooMany(result) ? AttemptResultKind.Failed : AttemptResultKind.Deferred;
    }

    private static string TextOf(RecipientResult result)
    {
        if (result.Reply is { } reply)
            return Words(reply);
        return result.IsUnknown
            ? "the connection was lost after the final dot, before the answer"
            : TextOf(result.Fault);
    }

    private static string StatusOf(AttemptResultKind kind, Fault fault, Reply? reply)
    {
        if (reply is { Enhanced.Length: > 0 } said)
            return said.Enhanced;
        char digit = kind switch { AttemptResultKind.Delivered => '2', AttemptResultKind.Failed => '5', _ => '4' };
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
    {
        string codes = reply.Enhanced.Length > 0 ? $"{reply.Code} {reply.Enhanced}" : $"{reply.Code}";
        return string.Join('\n', reply.Lines.Select(line => $"{codes} {line}"));
    }

    private static string Named(RemoteHost? host, string text)
        => host is null || text.Contains(host.Name, StringComparison.OrdinalIgnoreCase) ? text : $"{host.Name}: {text}";

    private static string Cut(string text) => text.Length <= TextLimit ? text : text[..TextLimit];
}
