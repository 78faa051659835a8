using System.Net;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What the log hears about handlers.</summary>
internal static class HandlerLog
{
    public static void AnswerDoesNotFit(this Log log, HandlerSteps step, int verdict, int code, IPEndPoint? client)
        => log.AnswerDoesNotFit("smtp", step.ToString(), verdict, code, client);

    public static void AnswerDoesNotFit(this Log log, Pop3Steps step, int verdict, int code, IPEndPoint? client)
        => log.AnswerDoesNotFit("pop3", step.ToString(), verdict, code, client);

    private static void AnswerDoesNotFit(
        this Log log, string area, string step, int verdict, int code, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Error))
            log.Write(
                LogLevel.Error, area,
                $"a handler's answer {verdict}{(code == 0 ? "" : $" with the reply {code}")} does not fit {step}"
                    + $" client={client?.Address}");
    }
}
