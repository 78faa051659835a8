namespace MailModule.Engine.Serving.Handlers;

/// <summary>What a verdict of a handler means at a step of a POP3 session.</summary>
internal static class Pop3StepAnswers
{
    /// <summary>The session is to end.</summary>
    public static readonly Pop3StepAnswer Over = new(
        StepAnswerKind.Close, "[SYS/TEMP] the connection is lost", IsOver: true);

    /// <summary>A handler has failed, or answered what does not fit (RFC 3206 §4).</summary>
    public static readonly Pop3StepAnswer Unfit = new(
        StepAnswerKind.Refuse, "[SYS/TEMP] error in processing, try again later");

    private const string NotNow = "[SYS/TEMP] not possible now, try again later";
    private const string Closing = "[SYS/TEMP] closing connection";
    private const string InUse = "[IN-USE] the mailbox is in use by another session";
    private const int ClosingCode = 421;

    /// <summary>What a step is answered that finds no place in the pool.</summary>
    public static Pop3StepAnswer Busy(Pop3Steps step, string text) => new(
        step == Pop3Steps.Connect ? StepAnswerKind.Close : StepAnswerKind.Refuse,
        ResponseCode.Before("SYS/TEMP", text));

    /// <summary>False: the verdict does not fit the step.</summary>
    /// <param name="isHosts">The host has the mailbox: the library cannot do what the step asks for.</param>
    public static bool TryRead(
        Pop3Steps step, int verdict, HandlerReply given, bool isHosts, out Pop3StepAnswer answer)
    {
        answer = default;
        if (KindOf(step, verdict, isHosts) is not { } kind)
            return false;
        if (kind == StepAnswerKind.Continue)
            return true;
        bool isRefusal = kind is StepAnswerKind.Refuse or StepAnswerKind.Close;
        // A code that is given with a verdict says the same as it.
        if (given.Code != 0 && given.Code >= 400 != isRefusal)
            return false;
        answer = new Pop3StepAnswer(kind, isRefusal ? Refusal(step, verdict, given) : TextOf(given, null));
        return true;
    }

    // Null: it does not fit.
    private static StepAnswerKind? KindOf(Pop3Steps step, int verdict, bool isHosts) => verdict switch
    {
        HandlerVerdict.Continue when step == Pop3Steps.Read => StepAnswerKind.Accept,
        HandlerVerdict.Continue when isHosts && step is Pop3Steps.Retrieve or Pop3Steps.Remove => null,
        HandlerVerdict.Continue => StepAnswerKind.Continue,
        HandlerVerdict.Done when step is Pop3Steps.Auth or Pop3Steps.Secret or Pop3Steps.Open => null,
        HandlerVerdict.Done => StepAnswerKind.Done,
        HandlerVerdict.Accept or >= 200 and < 400 when step == Pop3Steps.Read => null,
        HandlerVerdict.Accept or >= 200 and < 400 => StepAnswerKind.Accept,
        HandlerVerdict.Close or ClosingCode => StepAnswerKind.Close,
        HandlerVerdict.Reject or HandlerVerdict.Error or >= 400 and <= 599 => StepAnswerKind.Refuse,
        _ => null,
    };

    private static string? Refusal(Pop3Steps step, int verdict, HandlerReply given)
    {
        bool closes = verdict is HandlerVerdict.Close or ClosingCode;
        bool isTemporary = closes || verdict is HandlerVerdict.Error or >= 400 and < 500
            || verdict == HandlerVerdict.Reject && given.Code is >= 400 and < 500;
        if (isTemporary)
            return TextOf(given, "SYS/TEMP") ?? (closes ? Closing : NotNow);
        return step switch
        {
            // RFC 3206 §5: only a refusal that has this code, or none at all, is one of the password
            Pop3Steps.Auth => TextOf(given, "AUTH"),
            Pop3Steps.Open => TextOf(given, "IN-USE") ?? InUse,
            _ => TextOf(given, null),
        };
    }

    /// <param name="code">Where the host gives none; null: none then.</param>
    private static string? TextOf(HandlerReply given, string? code)
    {
        // RFC 2449 §8: their case does not count, so that one form of it is enough
        if (given.Status is { } status)
            return $"[{status.ToUpperInvariant()}] {given.Text}".TrimEnd();
        if (given.Text is not { } text)
            return null;
        return code is null ? text : ResponseCode.Before(code, text);
    }
}
