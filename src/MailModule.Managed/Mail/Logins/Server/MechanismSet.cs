namespace MailModule.Mail.Logins.Server;

/// <summary>SASL mechanisms that a server can offer; the order of the bits is that of an offer.</summary>
[Flags]
internal enum MechanismSet
{
    None = 0,
    ScramSha256Plus = 1,
    ScramSha1Plus = 2,
    ScramSha256 = 4,
    ScramSha1 = 8,
    External = 16,
    OAuthBearer = 32,
    XOAuth2 = 64,
    CramMd5 = 128,
    Plain = 256,
    Login = 512,

    /// <summary>The password itself crosses the wire.</summary>
    OfPasswords = Plain | Login,
    OfTokens = OAuthBearer | XOAuth2,

    /// <summary>Whoever hears an exchange has what one logs in with.</summary>
    ClearText = OfPasswords | OfTokens,

    /// <summary>Bound to the certificate that the server has shown.</summary>
    Bound = ScramSha256Plus | ScramSha1Plus,
    OfScramSha256 = ScramSha256Plus | ScramSha256,
    OfScramSha1 = ScramSha1Plus | ScramSha1,

    /// <summary>Made of digests of the platform's.</summary>
    OfDigests = OfScramSha256 | OfScramSha1 | CramMd5,
    All = OfDigests | ClearText | External,
}
