using System.Net;
using MailModule.Primitives;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What the log hears about handlers.</summary>
internal static class HandlerLog
{
    public static void AnswerDoesNotFit(this Log log, HandlerSteps step, int verdict, int code, IPEndPoint? client)
    {
        if (log.IsEnabled(LogLevel.Error))
            log.Write(
                LogLevel.Error, "smtp",
                $"a handler's answer {verdict}{(code == 0 ? "" : $" with the reply {code}")} does not fit {step}"
                    + $" client={client?.Address}");
    }
}
