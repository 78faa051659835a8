namespace MailModule.Authentication;

/// <summary>One tag of a <see cref="TagList"/>.</summary>
/// <param name="Name">As written: names differ by their capitals.</param>
/// <param name="Value">Without blanks around it, those within as they are; part of the list's text.</param>
/// <param name="Start">Where, behind the "=", the value begins in the list's text, blanks and all.</param>
/// <param name="End">Where it ends there: at the ";" or at the text's end.</param>
internal readonly record struct Tag(string Name, ReadOnlyMemory<char> Value, int Start, int End);
