namespace MailModule.Primitives.Config;

/// <summary>One setting as it stands in a configuration text.</summary>
/// <param name="Key">As written.</param>
/// <param name="Value">Without its quotes, line ends as LF; null for a bare word, the form of a flag.</param>
/// <param name="File">The full path of the file it stands in.</param>
/// <param name="Line">Where it starts, from 1.</param>
internal readonly record struct ConfigItem(string Key, string? Value, string File, int Line);
