namespace MailModule.Authentication.Dkim;

/// <summary>A private key and the name under which others find the public one: SELECTOR._domainkey.DOMAIN.</summary>
/// <param name="Domain">d=, in small letters, with A-labels (RFC 8616 §5).</param>
/// <param name="Selector">s=, likewise.</param>
internal sealed record DkimKey(string Domain, string Selector, SigningKey Key);
