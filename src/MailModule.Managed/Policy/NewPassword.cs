using System.Security.Cryptography;
using System.Text;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>Makes the stored forms of passwords, which <see cref="StoredPassword"/> reads.</summary>
public static class NewPassword
{
    /// <summary>About a tenth of a second of one core.</summary>
    public const int DefaultIterations = 250_000;

    /// <summary>RFC 7677 §4</summary>
    public const int FewestIterations = 4096;

    private const int SaltSize = 16;

    // In a user's line a semicolon ends the password.
    private const string Reserved = ";";

    /// <summary>
    /// <see cref="Fault.Argument"/>: an empty password, one that a line cannot hold, a form or iterations that are
    /// none; <see cref="Fault.Tls"/>: no library for digests.
    /// </summary>
    /// <param name="iterations">0: <see cref="DefaultIterations"/>.</param>
    public static Fault Make(string password, PasswordForm form, int iterations, out string stored)
    {
        stored = "";
        if (iterations == 0)
            iterations = DefaultIterations;
        if (FindProblem(password, form, iterations) is { } problem)
            return FaultReason.Because(Fault.Argument, problem);
        if (form == PasswordForm.Plain)
        {
            stored = "{PLAIN}" + password;
            return Fault.None;
        }
        if (!OpenSsl.IsThere)
            return FaultReason.Because(Fault.Tls, OpenSsl.Missing);
        byte[] salt = new byte[SaltSize];
        RandomOctets.Fill(salt);
        ScramHash hash = form == PasswordForm.ScramSha1 ? ScramHash.Sha1 : ScramHash.Sha256;
        byte[] octets = Encoding.UTF8.GetBytes(SaslPrep.Prepare(password));
        byte[] salted = hash.Salted(octets, salt, iterations);
        CryptographicOperations.ZeroMemory(octets);
        string start = $"{iterations}:{Convert.ToBase64String(salt)}";
        stored = form == PasswordForm.Pbkdf2Sha256
            ? $"{{PBKDF2-SHA256}}{start}:{Convert.ToBase64String(salted)}"
            : $"{{{hash.Mechanism}}}{start}${KeysOf(hash, salted)}";
        CryptographicOperations.ZeroMemory(salted);
        return Fault.None;
    }

    private static string? FindProblem(string password, PasswordForm form, int iterations)
    {
        if (SaslPrep.Prepare(password).Length == 0) // which maps some letters to nothing
            return "the password is empty";
        if (!Enum.IsDefined(form))
            return "form is no form of passwords";
        if (iterations is < FewestIterations or > SaltedText.IterationLimit)
            return $"iterations are 0, or {FewestIterations} to {SaltedText.IterationLimit}";
        if (password.Any(char.IsControl))
            return "the password has a control character";
        return form == PasswordForm.Plain && password.Contains(Reserved, StringComparison.Ordinal)
            ? "a password in this form cannot hold a semicolon"
            : null;
    }

    private static string KeysOf(ScramHash hash, byte[] salted)
    {
        ScramKeys keys = ScramKeys.Of(hash, salted);
        return $"{Convert.ToBase64String(keys.StoredKey)}:{Convert.ToBase64String(keys.ServerKey)}";
    }
}
