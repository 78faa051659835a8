using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The host program's callback, which sessions ask before the engine acts: about which actions, and on which
/// thread.</summary>
/// <param name="Inline">The host has promised not to block (<c>callback_inline</c>): it is called on the session's own
/// thread.</param>
internal sealed record HostCallback(IRequestHandler? Handler, RequestAction Mask, bool Inline)
{
    [ThreadStatic]
    private static bool t_isInline;

    /// <summary>The calling thread is inside a callback that must not block.</summary>
    public static bool IsInsideInlineCall => t_isInline;

    /// <summary>Where calls are counted while they run.</summary>
    public HostCalls Calls { get; init; } = new();

    public bool AsksAbout(RequestAction action) => Handler is not null && (Mask & action) != 0;

    public int Ask(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
    {
        if (Inline)
            Workers.WakeForBatch(); // what the host may wait for in spite of its promise is under way at least
        bool was = t_isInline;
        t_isInline = Inline;
        HostCall call = CallOf(action);
        Calls.Begin(call);
        int answer = Handler!.Invoke(stream, name, action, arguments);
        Calls.End(call);
        t_isInline = was;
        return answer;
    }

    private static HostCall CallOf(RequestAction action) => action switch
    {
        RequestAction.SmtpConnect => HostCall.SmtpConnect,
        RequestAction.SmtpSendMessage => HostCall.SmtpSendMessage,
        RequestAction.PopLogin => HostCall.PopLogin,
        RequestAction.PopGetMessage => HostCall.PopGetMessage,
        _ => HostCall.PopDeleteMessage,
    };
}
