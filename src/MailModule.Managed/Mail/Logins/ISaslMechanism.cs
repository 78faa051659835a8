namespace MailModule.Mail.Logins;

/// <summary>
/// One SASL mechanism (RFC 4422) from the client's side, for one login. Pure; one owner. The octets are those inside
/// the base64.
/// </summary>
internal interface ISaslMechanism
{
    string Name { get; }

    /// <summary>
    /// Whoever hears the exchange has the password, or can guess it from what he has heard as fast as he computes.
    /// </summary>
    bool IsClearText { get; }

    /// <summary>The server's challenges only say that it waits: what stands in them does not matter.</summary>
    bool IsPrompted { get; }

    /// <summary>What goes along with the command itself; null if the server speaks first.</summary>
    byte[]? Begin();

    /// <summary>
    /// False: the challenge is malformed, or the server does not know the password; the exchange is to be cancelled.
    /// May take long (a slow hash).
    /// </summary>
    bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer);

    /// <summary>
    /// Success may be believed: the server has asked all it must, and has proved what the mechanism wants proved.
    /// </summary>
    bool MayBelieveSuccess { get; }
}
