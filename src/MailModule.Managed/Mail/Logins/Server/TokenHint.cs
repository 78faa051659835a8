namespace MailModule.Mail.Logins.Server;

/// <summary>
/// What a client whose token is refused hears about good ones (RFC 7628 §3.2.2); both empty: nothing. Printable ASCII
/// without quotation mark and backslash, so that it stands in JSON as it is.
/// </summary>
/// <param name="Scope">The scope of a token that is good here.</param>
/// <param name="Configuration">The URL of the document that says where tokens come from (openid-configuration).</param>
internal sealed record TokenHint(string Scope, string Configuration)
{
    public static TokenHint None { get; } = new("", "");
}
