using MailModule.Primitives;

namespace MailModule.Pop3.Client;

/// <summary>How a dialogue has ended.</summary>
/// <param name="Fault"><see cref="Fault.None"/> after QUIT.</param>
/// <param name="Reply">The server's words that ended it; null if it said none.</param>
/// <param name="Text">What there is to say for a human beside both; empty if nothing.</param>
internal sealed record Pop3End(Fault Fault, Pop3Reply? Reply, string Text = "");
