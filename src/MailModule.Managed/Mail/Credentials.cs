namespace MailModule.Mail;

/// <summary>
/// What we log in with elsewhere: a name, and a password or a token of ours. Immutable. Its text form shows no secret.
/// </summary>
/// <param name="user">Empty where nobody asks for it.</param>
/// <param name="password">Null: there is none.</param>
internal sealed class Credentials(string user, string? password = null)
{
    public string User { get; } = user;

    /// <summary>Empty where there is none.</summary>
    public string Password { get; } = password ?? "";

    public bool HasPassword { get; } = password is not null;

    /// <summary>Whom to act as (RFC 4422 §2: the authorization identity); empty: as the user himself.</summary>
    public string AuthorizationId { get; init; } = "";

    /// <summary>
    /// Asked for a token (RFC 6750) once at the beginning of each exchange that needs one, on the thread that begins
    /// it; it answers null where there is none. Null: nobody to ask.
    /// </summary>
    public Func<string?>? Token { get; init; }

    public override string ToString() => User;
}
