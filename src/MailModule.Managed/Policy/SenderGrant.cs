using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>
/// Senders that a user may use beside his own addresses: <c>sender=user;addresses</c>, an address, <c>*@domain</c> or
/// <c>*</c>, commas between. Immutable.
/// </summary>
internal sealed record SenderGrant(string User, IReadOnlyList<string> Senders)
{
    private const string AnyOf = "*@";

    /// <summary>Reads what stands after <c>sender=</c>.</summary>
    public static bool TryParse(string text, out SenderGrant grant, out string error)
    {
        grant = null!;
        error = "";
        string[] parts = text.Split(';', 2, StringSplitOptions.TrimEntries);
        string[] senders = parts.Length < 2
            ? []
            : parts[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (senders.Length == 0 || !Account.IsName(parts[0]))
            error = "senders of a user are user;addresses";
        else if (!senders.All(IsSender))
            error = "a sender is an address, *@domain or *";
        else
            grant = new SenderGrant(parts[0], senders);
        return error.Length == 0;
    }

    public bool Covers(MailAddress sender) => Senders.Any(one => Covers(one, sender));

    private static bool Covers(string granted, MailAddress sender)
    {
        if (granted == "*")
            return true;
        if (granted.StartsWith(AnyOf, StringComparison.Ordinal))
            return sender.Domain.Equals(granted[AnyOf.Length..], StringComparison.OrdinalIgnoreCase);
        return MailAddress.TryParse(granted, out MailAddress address)
            && MailingList.NameOf(address) == MailingList.NameOf(sender);
    }

    private static bool IsSender(string text)
    {
        if (text == "*")
            return true;
        string address = text.StartsWith(AnyOf, StringComparison.Ordinal) ? "any" + text[1..] : text;
        return MailAddress.TryParse(address, out MailAddress parsed) && parsed.Domain.Length > 0;
    }
}
