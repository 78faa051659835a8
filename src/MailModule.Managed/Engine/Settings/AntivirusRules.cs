namespace MailModule.Engine.Settings;

/// <summary>How messages are scanned, by one state of the settings.</summary>
/// <param name="Script">Its path.</param>
/// <param name="RunTimeout">Of each command.</param>
/// <param name="MailRoot">Where files are: messages in <c>scratch</c>, what is kept in <c>quarantine</c>.</param>
internal sealed record AntivirusRules(string Script, TimeSpan RunTimeout, string MailRoot);
