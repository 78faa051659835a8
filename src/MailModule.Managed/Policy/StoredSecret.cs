using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary>
/// What is stored of the password of a name, for mechanisms that only have it proved. Nobody's name has one too, whose
/// salt is as stable as a user's: it looks as that of a user whom chance has picked for this name.
/// </summary>
/// <param name="key">What salts are made of that are not stored.</param>
/// <param name="password">Null: nothing fits.</param>
/// <param name="name">In one spelling, for salts that are not stored.</param>
/// <param name="decoy">Whom a name of nobody looks like; null: a user with a plain password.</param>
internal sealed class StoredSecret(
    LoginKey key, StoredPassword? password, string name, StoredPassword? decoy = null) : LoginSecret
{
    /// <summary>RFC 5802 §5.1, RFC 7677 §4: the fewest there may be; each login does them.</summary>
    public const int MadeIterations = 4096;
    private const int MadeSaltSize = 16;

    public override byte[]? Password => password?.Plain;

    // A salt is made even where one is stored, so that it takes the same time.
    public override ScramSalt SaltFor(ScramHash hash)
    {
        ScramSalt? stored = (password ?? decoy)?.SaltFor(hash);
        ScramSalt made = Made(hash, stored?.Salt.Length ?? MadeSaltSize, stored?.Iterations ?? MadeIterations);
        return password is not null && stored is not null ? stored : made;
    }

    // A decoy costs what a user of its form costs.
    public override ScramKeys? KeysFor(ScramHash hash)
    {
        ScramKeys? keys = (password ?? decoy)?.KeysFor(hash, SaltFor(hash));
        return password is null ? null : keys;
    }

    private ScramSalt Made(ScramHash hash, int size, int iterations)
        => new(key.Derive($"{hash.Mechanism} {name}", size), iterations);
}
