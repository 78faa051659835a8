using System.Buffers;
using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>
/// Addresses that are named one by one: senders that are refused, recipients that are traps. <c>*@host</c> is every
/// address of a host. Letters' case does not count. Immutable; any thread.
/// </summary>
internal sealed class SenderBlacklist
{
    public static readonly SenderBlacklist Empty = new([]);

    private static readonly SearchValues<char> s_separators = SearchValues.Create(" \t,;=\r\n");

    private readonly HashSet<string> _names;

    private SenderBlacklist(HashSet<string> names) => _names = names;

    public bool IsEmpty => _names.Count == 0;

    /// <summary>Reads a list with blanks, <c>,</c>, <c>;</c> or <c>=</c> between its addresses.</summary>
    /// <param name="error">What is wrong; empty if nothing.</param>
    public static bool TryParse(string text, out SenderBlacklist list, out string error)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        list = new SenderBlacklist(names);
        error = "";
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny(s_separators);
            string name = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? default : rest[(end + 1)..];
            if (name.Length == 0)
                continue;
            if (!IsAddressOrHost(name))
                error = "not a list of addresses: user@host or *@host, blanks or commas between";
            names.Add(name);
        }
        return error.Length == 0;
    }

    /// <summary>The entry that an address meets; null if none.</summary>
    public string? Find(MailAddress address)
    {
        if (_names.Count == 0 || address.IsNull)
            return null;
        if (_names.TryGetValue($"{address.LocalPart}@{address.Domain}", out string? name)
            || _names.TryGetValue(address.Text, out name))
            return name;
        return _names.TryGetValue($"*@{address.Domain}", out name) ? name : null;
    }

    private static bool IsAddressOrHost(string name)
        => name.StartsWith("*@", StringComparison.Ordinal)
            ? name.Length > 2
            : MailAddress.TryParse(name, out MailAddress address) && address.Domain.Length > 0;
}
