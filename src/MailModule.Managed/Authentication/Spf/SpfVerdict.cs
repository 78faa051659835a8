namespace MailModule.Authentication.Spf;

/// <summary>What evaluating one domain's record has led to (RFC 7208 §4.1).</summary>
/// <param name="Text">What went wrong, for a human; empty: nothing.</param>
internal sealed record SpfVerdict(AuthResult Result, string Text = "")
{
    /// <summary>The mechanism that matched; "default": none did; empty: it did not come to that.</summary>
    public string Mechanism { get; init; } = "";

    /// <summary>exp= of the record that decided; null: it has none.</summary>
    public MacroText? Explanation { get; init; }

    /// <summary>Whose record decided: another than the first one after redirect=.</summary>
    public string Domain { get; init; } = "";
}
