using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>Why a sender is refused.</summary>
internal enum SenderRefusal
{
    None = 0,
    /// <summary><c>smtp_authsame</c>: the user who has logged in has no such address.</summary>
    NotOfUser,
    /// <summary><c>uncheckip</c> is off: a stranger names a sender of our domains.</summary>
    Ours,
}

/// <summary>Which senders a client may use. The null sender is everybody's: reports have it. Immutable.</summary>
/// <param name="Grants">More senders of users.</param>
internal sealed record SenderRules(IReadOnlyList<SenderGrant> Grants)
{
    /// <summary>Every client may use every sender.</summary>
    public static readonly SenderRules Any = new([]);

    /// <summary><c>smtp_authsame</c>.</summary>
    public bool MustBeOfUser { get; init; }

    /// <summary>Not <c>uncheckip</c>.</summary>
    public bool KeepsOursFromStrangers { get; init; }

    /// <summary>Not <c>smtp_any</c>: mail to other hosts comes from users of ours.</summary>
    public bool RelaysOursAlone { get; init; }

    /// <summary>The verdict at MAIL.</summary>
    /// <param name="user">Who has logged in; null: nobody.</param>
    public SenderRefusal Check(RelayPolicy rules, MailAddress sender, string? user, bool mayRelay)
    {
        if (sender.IsNull)
            return SenderRefusal.None;
        if (MustBeOfUser && user is not null && !IsOfUser(rules, sender, user))
            return SenderRefusal.NotOfUser;
        return KeepsOursFromStrangers && !mayRelay && rules.Domains.Contains(sender.Domain)
            ? SenderRefusal.Ours
            : SenderRefusal.None;
    }

    /// <summary>Whether mail of this sender may go to other hosts, for a client who may relay.</summary>
    public bool MayLeave(RelayPolicy rules, MailAddress sender)
    {
        if (!RelaysOursAlone || sender.IsNull)
            return true;
        if (!rules.Domains.Contains(sender.Domain))
            return false;
        return rules.Lists.Find(sender) is not null || rules.FindUser(sender) is { MaySend: true };
    }

    /// <summary>The address is the user's: mail for it reaches him, or it is granted to him.</summary>
    public bool IsOfUser(RelayPolicy rules, MailAddress sender, string user)
    {
        if (rules.Accounts.Find(user) is not { } account)
            return false;
        return IsAddressOf(rules, sender, account) || IsAliasOf(rules, sender, account)
            || Grants.Any(grant => ReferenceEquals(rules.Accounts.Find(grant.User), account) && grant.Covers(sender));
    }

    // Whether mail for the address reaches the user says whose it is: so tags and a catch-all count as they do there.
    private static bool IsAddressOf(RelayPolicy rules, MailAddress sender, Account account)
        => rules.Domains.Contains(sender.Domain) && ReferenceEquals(rules.FindUser(sender), account);

    private static bool IsAliasOf(RelayPolicy rules, MailAddress sender, Account account)
        => rules.Lists.Find(sender) is { Owner: null } alias
            && alias.Members.Any(member => IsAddressOf(rules, member, account));
}
