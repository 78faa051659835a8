using System.Globalization;

namespace MailModule.Policy;

/// <summary>What a mailbox says of a message that is to come.</summary>
internal enum QuotaVerdict
{
    Within,
    /// <summary>There is room, and not for this one.</summary>
    Near,
    /// <summary>There is none, or the message alone is more than the quota.</summary>
    Over,
}

/// <summary>What a mailbox may hold, all its folders together: <c>size[;count]</c>. Immutable.</summary>
/// <param name="Octets">At rest; 0: any number.</param>
/// <param name="Messages">0: any number.</param>
internal readonly record struct MailboxQuota(long Octets, long Messages)
{
    private const string Units = "KMGT";

    /// <summary>No bound at all.</summary>
    public bool IsNone => Octets == 0 && Messages == 0;

    /// <summary>Reads <c>500M</c>, <c>2G;10000</c>, <c>0;100</c>.</summary>
    public static bool TryParse(string text, out MailboxQuota quota)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries);
        long messages = 0;
        bool isRight = TryParseSize(parts[0], out long octets) && parts.Length <= 2
            && (parts.Length == 1 || TryParseNumber(parts[1], out messages));
        quota = isRight ? new MailboxQuota(octets, messages) : default;
        return isRight;
    }

    /// <param name="more">Octets of the message; 0: not known.</param>
    public QuotaVerdict Check(long octets, long messages, long more)
    {
        if (Messages > 0 && messages >= Messages)
            return QuotaVerdict.Over;
        if (Octets == 0)
            return QuotaVerdict.Within;
        if (octets >= Octets || more > Octets)
            return QuotaVerdict.Over;
        return more > Octets - octets ? QuotaVerdict.Near : QuotaVerdict.Within;
    }

    /// <summary>How full a mailbox is, in percent.</summary>
    public int PercentOf(long octets, long messages)
    {
        double ofOctets = Octets > 0 ? 100.0 * octets / Octets : 0;
        double ofMessages = Messages > 0 ? 100.0 * messages / Messages : 0;
        return (int)Math.Min(Math.Max(ofOctets, ofMessages), 1_000_000);
    }

    private static bool TryParseSize(string text, out long octets)
    {
        int unit = text.Length > 0 ? Units.IndexOf(char.ToUpperInvariant(text[^1])) : -1;
        bool isRight = TryParseNumber(unit >= 0 ? text[..^1] : text, out octets);
        int shift = 10 * (unit + 1);
        isRight &= octets <= long.MaxValue >> shift;
        octets = isRight ? octets << shift : 0;
        return isRight;
    }

    private static bool TryParseNumber(string text, out long number)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>The quotas of all mailboxes. Immutable.</summary>
/// <param name="ByUser">By the user's own name.</param>
/// <param name="Default">Of all others.</param>
/// <param name="WarnPercent">From how full on the log says so; 0: never.</param>
internal sealed record QuotaRules(
    IReadOnlyDictionary<string, MailboxQuota> ByUser, MailboxQuota Default, int WarnPercent)
{
    public static readonly QuotaRules None = new(new Dictionary<string, MailboxQuota>(), default, 0);

    /// <summary>Null for a mailbox without bounds, and for a list.</summary>
    public MailboxQuota? Of(string maildrop)
    {
        if (ByUser.Count == 0 && Default.IsNone || MailingList.NameIn(maildrop) is not null)
            return null;
        MailboxQuota quota = ByUser.TryGetValue(maildrop, out MailboxQuota own) ? own : Default;
        return quota.IsNone ? null : quota;
    }
}
