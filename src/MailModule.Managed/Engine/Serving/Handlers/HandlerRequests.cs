using MailModule.Mail;

namespace MailModule.Engine.Serving.Handlers;

/// <summary>A login that a client asks for. What a mechanism does not have is empty.</summary>
/// <param name="Mechanism">In capitals.</param>
/// <param name="User">Who the client says it is.</param>
/// <param name="Identity">Whom it asks to act as (RFC 4616); empty: itself.</param>
public sealed record LoginRequest(string Mechanism, string User, string Identity)
{
    /// <summary>In clear text; cleared when the login is decided.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>XOAUTH2, OAUTHBEARER: the bearer token.</summary>
    public string Token { get; init; } = "";

    /// <summary>EXTERNAL: the distinguished name of the client's certificate.</summary>
    public string Certificate { get; init; } = "";
}

/// <summary>MAIL, SEND, SOML or SAML.</summary>
/// <param name="Verb">In capitals.</param>
/// <param name="Address">The sender; may be the null sender.</param>
/// <param name="Parameters">As the client wrote them.</param>
public sealed record MailRequest(string Verb, MailAddress Address, string Parameters)
{
    /// <summary>ENVID; empty if it was not given.</summary>
    public string EnvelopeId { get; init; } = "";

    /// <summary>SIZE, octets; 0 if it was not given.</summary>
    public long DeclaredSize { get; init; }

    /// <summary>BODY=8BITMIME.</summary>
    public bool EightBit { get; init; }

    /// <summary>SMTPUTF8.</summary>
    public bool Utf8 { get; init; }
}

/// <summary>RCPT, or a recipient of a transaction.</summary>
/// <param name="Address">Without brackets and source route.</param>
/// <param name="Route">The source route, such as "@a,@b", which nobody follows; empty for none.</param>
/// <param name="Parameters">As the client wrote them; empty for a recipient of a transaction.</param>
public sealed record RcptRequest(MailAddress Address, string Route, string Parameters)
{
    /// <summary>ORCPT, decoded; empty if it was not given.</summary>
    public string Original { get; init; } = "";

    public Notify Notify { get; init; }
}
