using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;

namespace MailModule.Delivery.Lists;

/// <summary>
/// Finds the recipients of a message for a list, each once: members that are aliases are taken apart in place, members
/// that are lists with an owner stay (they send on under their own name), and an alias or the list itself met again is
/// its user, if there is one, else nobody. One use, one thread.
/// </summary>
internal sealed class ListMembers(RelayPolicy policy, MemberFiles files)
{
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _expanded = [];
    private readonly HashSet<string> _open = [];

    /// <summary>Address and maildrop (null for a remote one).</summary>
    public List<(MailAddress Address, string? Maildrop)> Found { get; } = [];

    /// <summary>Members in a domain of ours that no user, list or alias has.</summary>
    public List<MailAddress> Unknown { get; } = [];

    /// <summary>An alias, or the list itself, is among its own members or theirs, and no user has its name.</summary>
    public bool HasCircle { get; private set; }

    /// <summary>The first file that could not be read; null if all could.</summary>
    public string? Missing { get; private set; }

    /// <summary><see cref="Fault.NotFound"/> if a file of members cannot be read.</summary>
    public Fault Gather(MailingList list)
    {
        _expanded.Add(list.Maildrop);
        _open.Add(list.Maildrop);
        foreach (MailAddress member in list.Members)
            Add(member);
        foreach (string path in list.Files)
        {
            if (files.Read(path) is not { } members)
                Missing ??= path;
            else
                foreach (MailAddress member in members)
                    Add(member);
        }
        _open.Remove(list.Maildrop);
        return Missing is null ? Fault.None : Fault.NotFound;
    }

    private void Add(MailAddress member)
    {
        if (policy.Lists.Find(member) is not { } list)
            AddUser(member, policy.CheckUser(member, mayRelay: true));
        else if (_expanded.Contains(list.Maildrop))
            AddUserOfSameName(member, list);
        else if (list.Owner is null)
            Gather(list);
        else if (_seen.Add(list.Maildrop))
            Found.Add((member, list.Maildrop));
    }

    // The list's own address among its members means the user of that name.
    private void AddUserOfSameName(MailAddress member, MailingList list)
    {
        RelayVerdict verdict = policy.CheckUser(member, mayRelay: false);
        if (verdict.Maildrop is not null)
            AddUser(member, verdict);
        else if (_open.Contains(list.Maildrop))
            HasCircle = true;
    }

    private void AddUser(MailAddress member, RelayVerdict verdict)
    {
        // A user may be named in several ways; remote addresses are the same when they are written the same, but for
        // the domain's case.
        string key = verdict.Maildrop is { } maildrop
            ? $"user {maildrop}"
            : $"{member.LocalPart}@{member.Domain.ToLowerInvariant()}";
        if (!_seen.Add(key))
            return;
        if (verdict.IsAccepted)
            Found.Add((member, verdict.Maildrop));
        else
            Unknown.Add(member);
    }
}
