namespace MailModule.Engine.Settings;

/// <summary>A value that was set.</summary>
/// <param name="Text">As it was set.</param>
/// <param name="Number">The number, flag or word that it is; 0 for text.</param>
/// <param name="Folder">The full path that a relative path in it counts from.</param>
internal sealed record SettingValue(string Text, long Number, string Folder);

/// <summary>One value of a list.</summary>
/// <param name="Name">A later value of the same name takes its place.</param>
internal sealed record SettingListItem(string Name, string Text, string Folder);
