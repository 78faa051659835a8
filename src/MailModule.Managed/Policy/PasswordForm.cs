namespace MailModule.Policy;

/// <summary>In which form a password is stored; the numbers are the C edge's <c>MM_PASSWORD_…</c>.</summary>
public enum PasswordForm
{
    ScramSha256 = 1,
    Pbkdf2Sha256 = 2,
    Plain = 3,
    ScramSha1 = 4,
}
