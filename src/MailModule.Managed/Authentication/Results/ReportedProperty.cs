namespace MailModule.Authentication.Results;

/// <summary>What a result is about (RFC 8601 §2.2, propspec). A value.</summary>
/// <param name="Name">ptype, dot and property, in small letters: "smtp.mailfrom".</param>
/// <param name="Value">Without quotes; a local part keeps its own.</param>
internal sealed record ReportedProperty(string Name, string Value);
