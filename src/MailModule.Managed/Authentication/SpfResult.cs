namespace MailModule.Authentication;

/// <summary>Whose name an SPF check is about (RFC 7208 §2.3, §2.4).</summary>
internal enum SpfIdentity
{
    MailFrom,
    Helo,
}

/// <summary>What SPF says of a client that uses a domain's name (RFC 7208 §2.6).</summary>
/// <param name="Identity">What was checked.</param>
/// <param name="Sender">The address checked: the reverse path, or "postmaster@" and the name of the HELO.</param>
/// <param name="Domain">Whose record was looked up first.</param>
/// <param name="Text">What went wrong, or what is worth saying, for a human; empty: nothing.</param>
internal sealed record SpfResult(
    AuthResult Result, SpfIdentity Identity, string Sender, string Domain, string Text = "")
{
    /// <summary>The mechanism that matched, "default" where none did, empty where there was no record.</summary>
    public string Mechanism { get; init; } = "";

    /// <summary>What the domain has its refusals explained by (RFC 7208 §6.2), for a fail; empty: nothing.</summary>
    public string Explanation { get; init; } = "";
}
