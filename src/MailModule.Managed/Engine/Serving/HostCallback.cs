using MailModule.Engine.Serving.Handlers;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>The host program's callback, which sessions ask before the engine acts: about which actions, and on which
/// thread.</summary>
/// <param name="Inline">The host has promised not to block (<c>callback_inline</c>): it is called on the session's own
/// thread.</param>
internal sealed record HostCallback(IRequestHandler? Handler, RequestAction Mask, bool Inline)
{
    /// <inheritdoc cref="InlineCall.IsInside"/>
    public static bool IsInsideInlineCall => InlineCall.IsInside;

    /// <summary>Where calls are counted while they run.</summary>
    public HostCalls Calls { get; init; } = new();

    public bool AsksAbout(RequestAction action) => Handler is not null && (Mask & action) != 0;

    public int Ask(IRequestStream stream, string name, RequestAction action, in RequestArguments arguments)
    {
        using (InlineCall.Begin(Inline))
        using (Calls.Enter(CallOf(action)))
            return Handler!.Invoke(stream, name, action, arguments);
    }

    /// <summary>Tells the host that a connection has ended.</summary>
    public void TellEnd(IHostHandle handle)
    {
        using (InlineCall.Begin(Inline))
        using (Calls.Enter(HostCall.StreamClosed))
            handle.Close();
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
