using MailModule.Smtp;
using MailModule.Smtp.Server;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>What a verdict of a handler means at a step, and what a client hears where the host says nothing.</summary>
internal static class StepReplies
{
    /// <summary>A handler has failed, or answered what does not fit.</summary>
    public static readonly Reply Failed451 = new(451, "4.3.0", "Error in processing, try again later");

    /// <summary>The session is to end: nobody hears an answer.</summary>
    public static readonly StepAnswer Over = new(StepAnswerKind.Close, new Reply(421, "4.4.2", "Connection lost"));

    private static readonly Reply s_notNow = new(451, "4.3.0", "Cannot be told now, try again later");
    private static readonly Reply s_unknownUser = new(550, "5.1.1", "No such user here");
    private static readonly Reply s_ambiguous = new(553, "5.1.4", "User ambiguous");
    private static readonly Reply s_closing = new(421, "4.3.2", "Closing connection");
    private static readonly Reply s_notLocal = new(550, "5.7.1", "Relaying denied");

    /// <summary>What a step is answered that finds no place in the pool.</summary>
    // RFC 5321 §3.1: a greeting is 220 or 554, where it is not 421; RFC 2034 §4: it has no enhanced code
    public static StepAnswer Busy(HandlerSteps step, Reply busy) => step == HandlerSteps.Connect
        ? new StepAnswer(StepAnswerKind.Close, new Reply(421, "", [.. busy.Lines]))
        : StepAnswer.Refuse(busy);

    /// <summary>What a step is answered whose handler's answer does not fit.</summary>
    // RFC 5321 §4.1.1.5: RSET has 250, unless the host wants something else
    public static StepAnswer Unfit(HandlerSteps step)
        => step == HandlerSteps.Reset ? default : StepAnswer.Refuse(Failed451);

    /// <summary>False: the verdict does not fit the step.</summary>
    public static bool TryRead(
        HandlerSteps step, int verdict, HandlerReply given, SmtpSession session, out StepAnswer answer)
    {
        StepAnswerKind? kind = KindOf(step, verdict);
        answer = default;
        if (kind is null)
            return false;
        if (kind == StepAnswerKind.Continue)
            return true;
        bool isRefusal = kind is StepAnswerKind.Refuse or StepAnswerKind.Close;
        int code = verdict >= 200 ? verdict : 0;
        if (!Fits(step, code != 0 ? code : given.Code, isRefusal))
            return false;
        bool isOwn = !isRefusal && code == 0 && !given.IsGiven;
        Reply ordinary = isRefusal ? Refusal(step, verdict) : Acceptance(step, session);
        // RFC 2034 §4: the greeting has no enhanced code.
        if (step == HandlerSteps.Connect)
            ordinary = new Reply(ordinary.Code, "", [.. ordinary.Lines]);
        answer = new StepAnswer(kind.Value, isOwn ? null : ReplyOf(given, ordinary, code, session));
        return true;
    }

    private static Reply ReplyOf(HandlerReply given, Reply ordinary, int code, SmtpSession session)
    {
        bool utf8 = session.MayReplyInUtf8;
        Reply reply = given.Over(ordinary, code, utf8);
        // RFC 6531 §3.7.4.2: no mailbox that would be another one in ASCII
        bool tells = session.Asked is AskedCommands.Verify or AskedCommands.Expand && reply.Code / 100 == 2;
        return tells && !utf8 && given.NeedsUtf8 ? Replies.CannotShow252 : reply;
    }

    // Null: it does not fit.
    private static StepAnswerKind? KindOf(HandlerSteps step, int verdict) => verdict switch
    {
        HandlerVerdict.Continue => StepAnswerKind.Continue,
        HandlerVerdict.Accept or HandlerVerdict.Done or >= 200 and < 400 when step == HandlerSteps.Domain => null,
        HandlerVerdict.Accept => StepAnswerKind.Accept,
        HandlerVerdict.Reject or HandlerVerdict.Error => StepAnswerKind.Refuse,
        HandlerVerdict.Close => StepAnswerKind.Close,
        HandlerVerdict.Done when step is not HandlerSteps.Chunk => StepAnswerKind.Done,
        HandlerVerdict.Local when step == HandlerSteps.Domain => StepAnswerKind.Local,
        HandlerVerdict.Forward when step == HandlerSteps.Domain => StepAnswerKind.Forward,
        HandlerVerdict.Ambiguous when step == HandlerSteps.Lookup => StepAnswerKind.Refuse,
        >= 200 and < 400 => StepAnswerKind.Accept,
        >= 400 and <= 599 => StepAnswerKind.Refuse,
        _ => null,
    };

    private static bool Fits(HandlerSteps step, int code, bool isRefusal)
    {
        if (code == 0)
            return true;
        if (isRefusal || code >= 400)
            return isRefusal && code >= 400;
        return step == HandlerSteps.Data ? code == 354 : code < 300;
    }

    private static Reply Refusal(HandlerSteps step, int verdict)
    {
        if (verdict is HandlerVerdict.Close or HandlerVerdict.Error or HandlerVerdict.Ambiguous)
            return verdict == HandlerVerdict.Close ? s_closing
                : verdict == HandlerVerdict.Error ? s_notNow : s_ambiguous;
        return step switch
        {
            HandlerSteps.Connect => Replies.NoService554,
            HandlerSteps.Auth => Replies.LoginFailed535,
            HandlerSteps.Lookup or HandlerSteps.Verify => s_unknownUser,
            HandlerSteps.Domain => s_notLocal,
            HandlerSteps.Data or HandlerSteps.Chunk or HandlerSteps.Message => Replies.MessageRefused554,
            HandlerSteps.Turn => Replies.TurnOff502,
            HandlerSteps.Unknown => Replies.UnknownCommand500,
            _ => Replies.Refused550,
        };
    }

    private static Reply Acceptance(HandlerSteps step, SmtpSession session) => step switch
    {
        HandlerSteps.Connect => new Reply(220, "", $"{session.Options.HostName} ESMTP"),
        HandlerSteps.Helo or HandlerSteps.Ehlo => new Reply(250, "", session.Options.HostName),
        HandlerSteps.Auth => Replies.LoggedIn235,
        HandlerSteps.Mail => Replies.SenderOk250,
        HandlerSteps.Rcpt or HandlerSteps.Lookup or HandlerSteps.Domain => Replies.RecipientOk250,
        HandlerSteps.Data => Replies.StartMailInput354,
        HandlerSteps.Chunk or HandlerSteps.Message => Replies.MessageAccepted250,
        _ => Replies.Ok250,
    };
}
