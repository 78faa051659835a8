using MailModule.Delivery.Outgoing;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// Reads <c>mm_send_options</c>. What a route has no use for must not be set: a host that asks for TLS and does not get
/// it must hear that.
/// </summary>
internal static class SendOptionsReader
{
    private const int QueueRoute = 0;
    private const int DirectRoute = 1;
    private const int ServerRoute = 2;
    private const int SmtpPort = 25;
    private const int SubmissionsPort = 465; // RFC 8314 §7.3

    /// <summary><see cref="Fault.Argument"/>, with a text, for what does not fit together.</summary>
    public static Fault Read(in SendOptionsLayout given, out SendOptions options)
    {
        options = new SendOptions { Route = new SendRoute(SubmissionRoute.Queue) };
        if (FindProblem(given) is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        var fault = ReadTexts(given, out var texts);
        if (fault != Fault.None)
            return fault;
        options = new SendOptions
        {
            Route = RouteOf(given, texts.Host),
            Tls = (SendTls)given.Tls,
            VerifyCertificate = given.TlsCheck == 0 ? null : given.TlsCheck == 2,
            User = texts.User,
            Password = texts.Password,
            HelloName = texts.Hello,
            Timeout = given.TimeoutMilliseconds == 0 ? null : TimeSpan.FromMilliseconds(given.TimeoutMilliseconds),
            Return = (ReturnContent)given.ReturnContent,
            EnvelopeId = texts.EnvelopeId,
        };
        return Fault.None;
    }

    private static SendRoute RouteOf(in SendOptionsLayout given, string? host) => given.Route switch
    {
        QueueRoute => new SendRoute(SubmissionRoute.Queue),
        DirectRoute => new SendRoute(SubmissionRoute.Direct),
        _ => new SendRoute(SubmissionRoute.Server, host!, PortOf(given)),
    };

    private static int PortOf(in SendOptionsLayout given)
        => given.Port != 0 ? given.Port : given.Tls == (int)SendTls.Implicit ? SubmissionsPort : SmtpPort;

    private static string? FindProblem(in SendOptionsLayout given)
    {
        if (given.Route is < QueueRoute or > ServerRoute)
            return "no such route";
        if (given.Tls is < 0 or > (int)SendTls.Implicit || given.TlsCheck is < 0 or > 2
            || given.ReturnContent is < 0 or > (int)ReturnContent.Headers)
            return "tls, tls_check or return_content has no such value";
        if (given.TimeoutMilliseconds < 0)
            return "timeout_ms is below 0";
        return given.Route == ServerRoute ? FindServerProblem(given) : FindUnusedOption(given);
    }

    private static string? FindServerProblem(in SendOptionsLayout given)
    {
        if (given.Host == 0)
            return "the route needs a host";
        if (given.Port is < 0 or > 65535)
            return "a port is 1 to 65535";
        return (given.UserName == 0) != (given.Password == 0) ? "user_name and password belong together" : null;
    }

    private static string? FindUnusedOption(in SendOptionsLayout given)
    {
        if (given.Host != 0 || given.Port != 0 || given.UserName != 0 || given.Password != 0)
            return "host, port, user_name and password are for MM_SEND_ROUTE_SERVER";
        if (given.Tls == (int)SendTls.Implicit)
            return "MM_TLS_IMPLICIT is for MM_SEND_ROUTE_SERVER";
        bool isSet = given.Tls != 0 || given.TlsCheck != 0 || given.TimeoutMilliseconds != 0 || given.HelloName != 0;
        return given.Route == QueueRoute && isSet
            ? "tls, tls_check, timeout_ms and hello_name are not for MM_SEND_ROUTE_QUEUE"
            : null;
    }

    private static Fault ReadTexts(
        in SendOptionsLayout given,
        out (string? Host, string? User, string? Password, string? Hello, string? EnvelopeId) texts)
    {
        texts = default;
        var fault = Text.ReadOptional(given.Host, "host", out texts.Host);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.UserName, "user_name", out texts.User);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.Password, "password", out texts.Password);
        if (fault == Fault.None)
            fault = Text.ReadOptional(given.HelloName, "hello_name", out texts.Hello);
        return fault == Fault.None ? Text.ReadOptional(given.EnvelopeId, "envelope_id", out texts.EnvelopeId) : fault;
    }
}
