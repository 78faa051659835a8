using System.Diagnostics.CodeAnalysis;
using System.Net;
using MailModule.Mail;

namespace MailModule.Policy;

/// <summary>
/// Whose mail is accepted: one verdict for each recipient. Local is what stands after the last <c>@</c> alone:
/// <c>user%other@ours</c>, <c>other!user@ours</c> and <c>"user@other"@ours</c> are users of ours, unknown ones, and
/// never ways to other hosts. Immutable; any thread.
/// </summary>
/// <param name="Accounts">All users.</param>
/// <param name="Domains">Which domains are ours.</param>
/// <param name="RelayClients">Who may relay without a login (<c>smtp_range</c>, <c>smtp6_range</c>); an empty list is
/// nobody.</param>
internal sealed record RelayPolicy(Accounts Accounts, LocalDomains Domains, AddressRanges RelayClients)
{
    private readonly MailingLists _lists = MailingLists.None;
    private readonly IReadOnlySet<MailingList> _circular = new HashSet<MailingList>();

    /// <summary>
    /// Addresses with several members; one that is a user's too is the list's, which may have that user as a member.
    /// Those that lead to themselves alone are found here, once, so that a verdict costs no walk.
    /// </summary>
    public MailingLists Lists
    {
        get => _lists;
        init
        {
            _lists = value;
            _circular = ListCircles.Find(value, member => CheckUser(member, mayRelay: false).Maildrop is not null);
        }
    }

    public ClientRules Clients { get; init; } = ClientRules.Default;

    public DomainRules ByDomain { get; init; } = DomainRules.None;

    public QuotaRules Quotas { get; init; } = QuotaRules.None;

    /// <summary>In whose name mail of others is sent on; null: in its sender's.</summary>
    public SenderRewriting? Rewriting { get; init; }

    /// <summary>The verdict on one recipient.</summary>
    /// <param name="mayRelay">What <see cref="MayRelay"/> says of the client.</param>
    public RelayVerdict CheckRecipient(MailAddress recipient, bool mayRelay)
    {
        if (Lists.Find(recipient) is { } list)
            return _circular.Count > 0 && _circular.Contains(list)
                ? new RelayVerdict(null, RelayRefusal.Loop)
                : new RelayVerdict(list.Maildrop, RelayRefusal.None);
        return Rewriting?.IsOurs(recipient) == true ? CheckReturn(recipient) : CheckUser(recipient, mayRelay);
    }

    private RelayVerdict CheckReturn(MailAddress recipient)
        => Rewriting!.TryReverse(recipient, out MailAddress? original)
            ? new RelayVerdict(SenderRewriting.MaildropOf(original), RelayRefusal.None)
            : new RelayVerdict(null, RelayRefusal.UnknownUser);

    /// <summary>The sender of a message that is sent on.</summary>
    /// <param name="leaves">It goes to other hosts, be it among others.</param>
    public MailAddress SenderOf(MailAddress sender, bool leaves)
        => leaves && Rewriting is { } rewriting && !IsLocal(sender) ? rewriting.Rewrite(sender) : sender;

    /// <summary>
    /// As <see cref="CheckRecipient"/>, with no regard to lists: for a list's own address among its members.
    /// </summary>
    public RelayVerdict CheckUser(MailAddress recipient, bool mayRelay)
    {
        if (!IsLocal(recipient))
            return new RelayVerdict(
                null, mayRelay || IsRelayed(recipient.Domain) ? RelayRefusal.None : RelayRefusal.NotLocal);
        Account? account = FindUser(recipient);
        if (!HasMailbox(account))
            account = CatchAllOf(recipient);
        return HasMailbox(account)
            ? new RelayVerdict(account.Name, RelayRefusal.None)
            : new RelayVerdict(null, RelayRefusal.UnknownUser);
    }

    /// <summary>
    /// The user whose address it is, in a domain of ours: that of the whole name, else that of the name before a tag,
    /// else the one who gets what is nobody's. Null: nobody's.
    /// </summary>
    public Account? FindUser(MailAddress address)
        => Accounts.FindRecipient(address) ?? FindByTag(address) ?? CatchAllOf(address);

    /// <summary>The domain is one of other hosts for which mail is taken from anybody.</summary>
    public bool IsRelayed(string domain) => ByDomain.Relayed.Find(domain) is not null;

    private Account? FindByTag(MailAddress address)
    {
        int end = address.LocalPart.AsSpan().IndexOfAny(ByDomain.Delimiters);
        return end > 0 ? Accounts.FindRecipient(address.LocalPart[..end], address.Domain) : null;
    }

    private Account? CatchAllOf(MailAddress address)
        => ByDomain.CatchAll.Find(address.Domain) is { } user ? Accounts.Find(user) : null;

    private bool HasMailbox([NotNullWhen(true)] Account? account)
        => account is not null && (account.MayReadMail || ReferenceEquals(account, Accounts.Postmaster));

    /// <summary>True for a client who has logged in or whose address is in the list.</summary>
    public bool MayRelay(IPAddress client, bool isLoggedIn) => isLoggedIn || RelayClients.Contains(client);

    // RFC 5321 §4.1.1.3: a bare postmaster has no domain, and is ours.
    private bool IsLocal(MailAddress recipient)
        => recipient.Domain.Length == 0 ? !recipient.IsNull : Domains.Contains(recipient.Domain);
}
