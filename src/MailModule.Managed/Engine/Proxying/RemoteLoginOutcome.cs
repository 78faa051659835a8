using MailModule.Pop3;

namespace MailModule.Engine.Proxying;

/// <summary>How a login at the other server came out.</summary>
/// <param name="IsAccepted">The session goes on there.</param>
/// <param name="IsRefusal">The other server has refused name or password.</param>
/// <param name="Text">What the client hears behind +OK or -ERR; it holds no secret of ours.</param>
internal sealed record RemoteLoginOutcome(bool IsAccepted, bool IsRefusal, string Text)
{
    public static RemoteLoginOutcome Accepted(Pop3Reply reply)
        => new(true, false, reply.Text.Length > 0 ? reply.Text : "logged in");

    /// <summary>RFC 3206 §4: what says nothing about name and password keeps its code, or has one.</summary>
    public static RemoteLoginOutcome Refused(string server, Pop3Reply reply)
    {
        bool isOfNow = reply.IsTemporary || reply.HasCode("SYS");
        string code = isOfNow ? reply.Code.ToUpperInvariant() : "AUTH";
        return new(false, !isOfNow, $"[{code}] {server} says: {reply.Text}");
    }

    /// <param name="why">In words.</param>
    public static RemoteLoginOutcome Failed(string server, string why)
        => new(false, false, $"[SYS/TEMP] {server}: {why}");

    /// <summary>As things are set, and not for a time.</summary>
    public static RemoteLoginOutcome Barred(string why) => new(false, false, $"[SYS/PERM] {why}");
}
