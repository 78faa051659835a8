namespace MailModule.Mail;

/// <summary>
/// A name and a password of ours, to log in elsewhere. Immutable. Its text form does not show the password.
/// </summary>
internal sealed class Credentials(string user, string password)
{
    public string User { get; } = user;
    public string Password { get; } = password;

    public override string ToString() => User;
}
