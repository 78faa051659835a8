namespace MailModule.Mime.Reading;

/// <summary>A parameter of a field, put together and decoded.</summary>
/// <param name="Name">In small letters.</param>
public readonly record struct FieldParameter(string Name, string Value);
