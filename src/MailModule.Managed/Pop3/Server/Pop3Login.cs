namespace MailModule.Pop3.Server;

/// <summary>What the client has given to log in (RFC 1939 §7), and how often it was wrong.</summary>
internal struct Pop3Login
{
    public string? User;
    public string? Password;

    /// <summary>The password as it came, until the backend is asked, which clears it.</summary>
    public byte[] PasswordOctets;

    /// <summary>Logins that failed by name or password.</summary>
    public int Failures;

    public void Forget() => (User, Password) = (null, null);
}
