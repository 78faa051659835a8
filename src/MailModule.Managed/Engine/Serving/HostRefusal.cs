using System.Text.RegularExpressions;

namespace MailModule.Engine.Serving;

/// <summary>The words of a host for what it refuses.</summary>
/// <param name="Status">Enhanced status (RFC 3463), such as "5.7.1"; null: the ordinary one.</param>
/// <param name="Text">One line that <see cref="FindProblem"/> found nothing wrong with.</param>
public sealed partial record HostRefusal(string? Status, string Text)
{
    // RFC 5321 §4.5.3.1.5: a reply line has 512 octets, with codes and line end
    private const int TextLimit = 400;

    /// <summary>What is wrong; null if nothing.</summary>
    public string? FindProblem()
    {
        if (Status is not null && !StatusForm().IsMatch(Status))
            return "a status has three numbers with dots between, the first of them 4 or 5";
        // RFC 5321 §4.2: %d09 / %d32-126
        return Text.Length is 0 or > TextLimit || Text.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0
            ? $"a reply has 1 to {TextLimit} printable characters of ASCII"
            : null;
    }

    // RFC 3463 §2: class "." subject "." detail
    [GeneratedRegex(@"\A[45]\.[0-9]{1,3}\.[0-9]{1,3}\z")]
    private static partial Regex StatusForm();
}
