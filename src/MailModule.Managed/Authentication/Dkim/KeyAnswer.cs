namespace MailModule.Authentication.Dkim;

/// <summary>What the DNS says of a key.</summary>
/// <param name="Result">None: there are records, and this says nothing of them. TempError: ask again later; PermError:
/// there is no key.</param>
/// <param name="Text">What is wrong, for a human; empty: nothing.</param>
internal sealed record KeyAnswer(AuthResult Result, string Text = "")
{
    /// <summary>The TXT records found, octets as Latin-1; not more than are tried.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];
}
