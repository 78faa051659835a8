namespace MailModule.Smtp.Client;

/// <summary>Parameters as a host gives them, for a transaction.</summary>
/// <param name="Mail">For MAIL; null: none.</param>
/// <param name="Rcpt">For RCPT, by recipient; null: none, for none of them.</param>
internal readonly record struct MoreParameters(string? Mail, IReadOnlyList<string?>? Rcpt);
