namespace MailModule.Engine.Authenticating;

/// <summary>A key that a host gives for one message.</summary>
/// <param name="Domain">d= (RFC 6376 §3.5).</param>
/// <param name="Selector">s=.</param>
/// <param name="Pem">The private key; null: it is in the file.</param>
/// <param name="Path">Of the file; null: there is none.</param>
public sealed record GivenKey(string Domain, string Selector, string? Pem, string? Path);
