namespace MailModule.Mail.Logins.Server;

/// <summary>
/// One exchange of a SASL mechanism (RFC 4422) from the server's side, as a pure machine: what the client sends goes
/// in, what follows comes out. Whether somebody may log in is asked of others, who read here what the client has told.
/// One owner. The octets are those inside the base64.
/// </summary>
internal abstract class SaslExchange(string mechanism)
{
    /// <summary>In capitals.</summary>
    public string Mechanism => mechanism;

    /// <summary>
    /// Who the client says it is; empty: it has not said. Who accepts the login puts the user's own name here.
    /// </summary>
    public string User { get; set; } = "";

    /// <summary>Whom it asks to act as (RFC 4422 §2: the authorization identity); empty: itself.</summary>
    public string Identity { get; set; } = "";

    /// <summary>What the server says next.</summary>
    public byte[] Challenge { get; protected set; } = [];

    /// <summary>The server speaks first: the command has no initial response (RFC 4954 §4).</summary>
    public virtual bool IsServerFirst => false;

    /// <summary>The client has sent the command alone; <see cref="Challenge"/> says what it gets.</summary>
    public virtual void Begin()
    {
    }

    /// <summary>Takes a line of the client's: base64, "=" for an empty message, "*" to give up.</summary>
    public SaslProgress TakeLine(ReadOnlySpan<byte> line)
    {
        if (line.TrimEnd(" \t"u8).SequenceEqual("*"u8))
            return SaslProgress.Cancelled;
        return SaslEncoding.TryDecode(line, out byte[] message) ? Take(message) : SaslProgress.Malformed;
    }

    /// <summary>Takes what the client has sent; its octets are the exchange's from now on.</summary>
    public abstract SaslProgress Take(byte[] message);

    /// <summary>What was asked was answered by yes.</summary>
    public virtual SaslProgress Accept() => SaslProgress.Done;

    /// <summary>The login was refused. Some mechanisms say more about that than the protocol's own reply.</summary>
    public virtual SaslProgress Refuse() => SaslProgress.Refused;

    /// <summary>Wipes secrets: nobody asks for them any more.</summary>
    public virtual void Clear()
    {
    }
}
