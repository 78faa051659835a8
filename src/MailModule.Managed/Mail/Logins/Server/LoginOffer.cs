namespace MailModule.Mail.Logins.Server;

/// <summary>What a server says of logins.</summary>
/// <param name="Mechanisms">Those that are offered where the connection allows them.</param>
/// <param name="TokenHint">For clients whose token is refused.</param>
internal sealed record LoginOffer(MechanismSet Mechanisms, TokenHint TokenHint)
{
    public static LoginOffer Default { get; } = new(MechanismSet.OfPasswords, TokenHint.None);
}
