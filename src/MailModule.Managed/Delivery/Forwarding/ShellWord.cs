namespace MailModule.Delivery.Forwarding;

/// <summary>A word of a shell command.</summary>
/// <param name="Raw">As it is written.</param>
/// <param name="Text">Without quotes and backslashes; what the shell puts in as it is written.</param>
/// <param name="HasValue">The shell puts something in that may come from a mail.</param>
/// <param name="IsTarget">It says where to a redirection goes.</param>
internal sealed record ShellWord(string Raw, string Text, bool HasValue, bool IsTarget);
