namespace MailModule.Mime.Reading;

/// <summary>An address as a field has it.</summary>
/// <param name="Address">Without angle brackets, blanks and comments; empty: there is a name alone.</param>
/// <param name="Name">For a person.</param>
/// <param name="Group">The name of the group that it is in; empty: none.</param>
public sealed record FoundAddress(string Address, string Name, string Group);
