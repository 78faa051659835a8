using System.Collections.Concurrent;
using MailModule.Mail;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary>
/// All users, found by login name or by address. Immutable; any thread. Every account it gives has a home.
/// </summary>
internal sealed class Accounts
{
    private const string PostmasterName = "postmaster";

    private readonly Account[] _all;
    private readonly Dictionary<string, Account> _byName;
    private readonly Dictionary<string, Account> _byAnyCase;
    private readonly HashSet<string> _differByCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<MechanismSet, Account[]> _fit = new();
    private readonly LocalDomains _domains;
    private readonly string _realm;
    private readonly string _usersFolder;
    private readonly LoginKey _key;
    private readonly bool _namesHaveDomains;

    /// <param name="accounts">In the settings' order; names differ.</param>
    /// <param name="domains">Which domains are ours.</param>
    /// <param name="realm">The setting <c>md5realm</c>.</param>
    /// <param name="usersFolder">Where the homes of users without one are.</param>
    /// <param name="key">The engine's; null: one for these alone.</param>
    public Accounts(
        IEnumerable<Account> accounts, LocalDomains domains, string realm, string usersFolder, LoginKey? key = null)
    {
        _key = key ?? new LoginKey();
        _domains = domains;
        _realm = realm;
        _usersFolder = usersFolder;
        _all = [.. accounts.Select(WithHome)];
        _byName = new Dictionary<string, Account>(_all.Length, StringComparer.Ordinal);
        _byAnyCase = new Dictionary<string, Account>(_all.Length, StringComparer.OrdinalIgnoreCase);
        _namesHaveDomains = Array.Exists(_all, account => account.Name.Contains('@'));
        foreach (Account account in _all)
        {
            _byName[account.Name] = account;
            if (!_byAnyCase.TryAdd(account.Name, account))
                _differByCase.Add(account.Name);
        }
        Postmaster = ByName(PostmasterName) ?? Array.Find(_all, account => account.IsAdmin) ?? _all.FirstOrDefault();
    }

    public int Count => _all.Length;

    /// <summary>In the settings' order.</summary>
    public IReadOnlyList<Account> All => _all;

    /// <summary>
    /// The user who gets postmaster's mail: user <c>postmaster</c>, else the first administrator, else the first user;
    /// null if there is no user.
    /// </summary>
    public Account? Postmaster { get; }

    /// <summary>
    /// The user of a login name: <c>user@domain</c> as it stands, else, if the domain is ours, <c>user</c>; letters'
    /// case counts only where two users differ by nothing else. Null for an unknown one.
    /// </summary>
    public Account? Find(string name)
    {
        if (FindByName(name) is { } account)
            return account;
        int at = name.LastIndexOf('@');
        return at > 0 && _domains.Contains(name[(at + 1)..]) ? FindByName(name[..at]) : null;
    }

    /// <summary>
    /// The name under which failed logins are counted: one for all the ways to spell what may be one user, with a
    /// folder or without, and made alike whether there is such a user or not.
    /// </summary>
    public string CountedName(string name)
    {
        int slash = name.IndexOf('/');
        if (slash > 0)
            name = name[..slash];
        int at = name.LastIndexOf('@');
        string user = at > 0 && _domains.Contains(name[(at + 1)..]) ? name[..at] : name;
        return (user.Length <= Account.NameLimit ? user : user[..Account.NameLimit]).ToUpperInvariant();
    }

    /// <summary>
    /// The user of this name and password; null if either is wrong. An unknown name costs what a known one costs:
    /// another user's password is checked in its place. May take long: workers only.
    /// </summary>
    /// <param name="password">Octets as they came; not changed.</param>
    public Account? Verify(string name, ReadOnlySpan<byte> password)
    {
        Account? account = Find(name);
        Account? asked = account ?? DecoyFor(name);
        bool isRight = asked is not null && asked.Password.Verify(asked.Name, _realm, password);
        return isRight ? account : null;
    }

    /// <summary>
    /// What the password of a name proves itself by, by this mechanism. There is always something, and nothing tells a
    /// name that is a user's from one that is not, or whose password is kept in a form of no use for it.
    /// </summary>
    public LoginSecret SecretOf(string name, MechanismSet mechanism)
        => Find(name) is { } account && (account.Password.Mechanisms & mechanism) != 0
            ? new StoredSecret(_key, account.Password, OneSpelling(account.Name))
            : SecretOfNobody(name, mechanism);

    /// <summary>As <see cref="SecretOf"/>, for a name of which the host has told the password.</summary>
    /// <param name="password">Null: it has none.</param>
    public LoginSecret SecretOfHost(string name, StoredPassword? password, MechanismSet mechanism)
        => password is not null && (password.Mechanisms & mechanism) != 0
            ? new StoredSecret(_key, password, OneSpelling(name)) { IsOfHost = true }
            : SecretOfNobody(name, mechanism);

    /// <summary>
    /// The mechanisms by which each user, and by which some user, of these rights can log in; users without a password
    /// do not count. None if there is no user.
    /// </summary>
    public (MechanismSet Each, MechanismSet Some) MechanismsOf(AccountFlags right)
    {
        (MechanismSet each, MechanismSet some) = (MechanismSet.All, MechanismSet.None);
        foreach (Account account in _all)
        {
            if ((account.Flags & right) == 0 || account.Password.IsEmpty)
                continue;
            each &= account.Password.Mechanisms;
            some |= account.Password.Mechanisms;
        }
        return (each & some, some);
    }

    /// <summary>
    /// The user a host vouches for: a known one, or a new one for this login alone, with a mailbox below the users'
    /// folder. Null for a name that cannot be a user's.
    /// </summary>
    public Account? FindOrCreate(string name)
    {
        if (Find(name) is Account known)
            return known;
        return Account.IsName(name) && UserFolder.NameFor(name) is not null
            ? WithHome(new Account(name, StoredPassword.Disabled, "", AccountFlags.Mailbox | AccountFlags.Send))
            : null;
    }

    /// <summary>
    /// The user of an address in a domain of ours: <c>user@domain</c>, else <c>user</c>; letters' case counts only
    /// where two users differ by nothing else. Null for an unknown one. Whether the domain is ours is not asked here.
    /// </summary>
    public Account? FindRecipient(MailAddress address) => FindRecipient(address.LocalPart, address.Domain);

    /// <inheritdoc cref="FindRecipient(MailAddress)"/>
    public Account? FindRecipient(string local, string domain)
    {
        Account? account = _namesHaveDomains ? ByName($"{local}@{domain}") : null;
        // A quoted local part may hold an "@"; it is no other user's full name.
        if (account is null && !local.Contains('@'))
            account = ByName(local);
        // RFC 5321 §4.5.1: mail for postmaster is always taken, whatever the case of the word.
        bool isPostmaster = account is null && local.Equals(PostmasterName, StringComparison.OrdinalIgnoreCase);
        return isPostmaster ? Postmaster : account;
    }

    /// <summary>The home of a user by the exact name; null for an unknown one.</summary>
    public string? HomeOf(string name) => _byName.GetValueOrDefault(name)?.Home;

    private Account? FindByName(string name)
        => _byName.GetValueOrDefault(name)
            ?? (_differByCase.Contains(name) ? null : _byAnyCase.GetValueOrDefault(name));

    private Account? ByName(string name) => _byName.GetValueOrDefault(name) ?? _byAnyCase.GetValueOrDefault(name);

    // The same name always gets the same decoy, so that repeating does not tell either.
    private Account? DecoyFor(string name) => _all.Length == 0 ? null : _all[_key.Pick(name, _all.Length)];

    private StoredSecret SecretOfNobody(string name, MechanismSet mechanism)
    {
        string spelling = OneSpelling(name);
        return new StoredSecret(_key, null, spelling, DecoyFor(spelling, mechanism)?.Password);
    }

    private Account? DecoyFor(string spelling, MechanismSet mechanism)
    {
        Account[] fit = _fit.GetOrAdd(
            mechanism, one => Array.FindAll(_all, account => (account.Password.Mechanisms & one) != 0));
        return fit.Length == 0 ? null : fit[_key.Pick(spelling, fit.Length)];
    }

    // What leads to one user if there is one (Find) has one spelling.
    private string OneSpelling(string name)
    {
        int at = name.LastIndexOf('@');
        return (at > 0 && _domains.Contains(name[(at + 1)..]) ? name[..at] : name).ToUpperInvariant();
    }

    private Account WithHome(Account account)
        => account.Home.Length > 0
            ? account
            : account with { Home = Path.Combine(_usersFolder, UserFolder.NameFor(account.Name)!) };
}
