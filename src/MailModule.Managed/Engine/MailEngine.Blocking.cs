using MailModule.Engine.Serving;

namespace MailModule.Engine;

// What a host may do where.
public sealed partial class MailEngine
{
    /// <summary>Whether the calling thread may wait: not inside a callback on the I/O thread (setting <c>callback_inline</c>).</summary>
    public static bool MayBlock => !HostRequests.IsInsideInlineCall;
}
