using System.Collections.Frozen;
using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>All lists of the settings, by address. Immutable; any thread.</summary>
internal sealed class MailingLists
{
    public static readonly MailingLists None = new([]);

    private readonly FrozenDictionary<string, MailingList> _byName;

    /// <param name="lists">Addresses differ.</param>
    public MailingLists(IEnumerable<MailingList> lists)
        => _byName = lists.ToFrozenDictionary(list => MailingList.NameOf(list.Address), StringComparer.Ordinal);

    public bool IsEmpty => _byName.Count == 0;

    public IEnumerable<MailingList> All => _byName.Values;

    /// <summary>The list of an address, in any case; null if it is none.</summary>
    public MailingList? Find(MailAddress address)
        => _byName.Count == 0 ? null : _byName.GetValueOrDefault(MailingList.NameOf(address));

    /// <summary>The list of a name in a maildrop; null for one that is not there (any more).</summary>
    public MailingList? Find(string name) => _byName.GetValueOrDefault(name);
}
