namespace MailModule.Mail.Logins.Server;

/// <summary>What follows in an exchange.</summary>
internal enum SaslProgress
{
    /// <summary><see cref="SaslExchange.Challenge"/> is sent, and answered.</summary>
    Challenge,

    /// <summary>What is stored for the user is asked for (<see cref="SecretExchange.Secret"/>).</summary>
    FindSecret,

    /// <summary>All that the client has to tell is there: whether it may log in is asked.</summary>
    Login,

    /// <summary>It is logged in.</summary>
    Done,

    /// <summary>It is not, and was told why in the exchange.</summary>
    Refused,

    /// <summary>The client has given it up (RFC 4954 §4, RFC 5034 §4: "*").</summary>
    Cancelled,

    /// <summary>What came is none of the mechanism's messages.</summary>
    Malformed,
}
