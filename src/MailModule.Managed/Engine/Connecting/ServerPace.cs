using MailModule.Primitives;

namespace MailModule.Engine.Connecting;

/// <summary>
/// How long a server may still be waited for, so that it is not slower than <see cref="ServerSpeed"/> says. One thread
/// at a time.
/// </summary>
/// <remarks>
/// One window at most is left. Waiting uses it up, each octet brings back what an octet may take, and each answer ten
/// seconds: an answer is short, and may ask much of the server. Time that passes here, between waits, does not count.
/// </remarks>
internal sealed class ServerPace(ServerSpeed speed)
{
    private const int LongestRecord = 17 * 1024; // RFC 8446 §5.2, and its header

    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(10);

    /// <summary>For the next octets.</summary>
    public TimeSpan Left { get; private set; } = speed.Window;

    /// <summary>The same under TLS, where octets come to light by whole records.</summary>
    public TimeSpan LeftOfRecord => Left + speed.TimeOf(LongestRecord);

    /// <summary>In words, behind <see cref="Fault.Timeout"/>.</summary>
    public string Words => $"the server sends less than {speed.Least / 1024} KB/min (setting dos_protect_speed)";

    /// <summary>It was waited for, and so many octets have come.</summary>
    public void Waited(TimeSpan time, int octets) => Left = AtMostWindow(Left - time + speed.TimeOf(octets));

    /// <summary>A command has been answered.</summary>
    public void Answered() => Left = AtMostWindow(Left + s_answer);

    private TimeSpan AtMostWindow(TimeSpan time) => time < speed.Window ? time : speed.Window;
}
