using MailModule.Primitives;

namespace MailModule.Mail.Logins;

/// <summary>
/// One SASL mechanism (RFC 4422) from the client's side, for one login. One owner. It touches nothing but what it is
/// given: where credentials have a token, the host is asked for it. The octets are those inside the base64.
/// </summary>
internal interface ISaslMechanism
{
    string Name { get; }

    /// <summary>
    /// Whoever hears the exchange has the password or the token, or can guess it from what he has heard as fast as he
    /// computes.
    /// </summary>
    bool IsClearText { get; }

    /// <summary>The server's challenges only say that it waits: what stands in them does not matter.</summary>
    bool IsPrompted { get; }

    /// <summary>
    /// Anything but <see cref="Fault.None"/>: it cannot be done with these credentials or on this machine, nothing has
    /// been said, and <see cref="Failure"/> tells why.
    /// </summary>
    /// <param name="initial">What goes along with the command itself; null if the server speaks first.</param>
    Fault Begin(out byte[]? initial);

    /// <summary>
    /// False: the challenge is malformed, or the server does not know the password; the exchange is to be cancelled.
    /// May take long (a slow hash).
    /// </summary>
    bool TryAnswer(ReadOnlySpan<byte> challenge, out byte[] answer);

    /// <summary>
    /// Success may be believed: the server has asked all it must, and has proved what the mechanism wants proved.
    /// </summary>
    bool MayBelieveSuccess { get; }

    /// <summary>In words, why it did not begin, or what the server has told in the exchange; empty: nothing.</summary>
    string Failure { get; }
}
