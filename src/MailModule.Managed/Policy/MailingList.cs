using MailModule.Mail;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>
/// An address with several members: <c>list=address;owner;members</c>. With an owner it is a mailing list (RFC 5321
/// §3.9.2: the owner hears of failures), without one an alias (§3.9.1: the sender does). Immutable.
/// </summary>
/// <param name="Owner">Null for an alias.</param>
/// <param name="Members">Those that the setting names itself.</param>
/// <param name="Files">Full paths of files that name more, one address a line.</param>
internal sealed record MailingList(
    MailAddress Address, MailAddress? Owner, IReadOnlyList<MailAddress> Members, IReadOnlyList<string> Files)
{
    // No user's name holds a control character, so that no user is taken for a list.
    private const string MaildropPrefix = "list\t";

    private static readonly char[] s_separators = [',', ' ', '\t', '\r', '\n'];

    /// <summary>What stands for the list in the envelope of a message that waits for its expansion.</summary>
    public string Maildrop => MaildropPrefix + NameOf(Address);

    /// <summary>Reads what stands after <c>list=</c>.</summary>
    /// <param name="folder">What a relative file name counts from; a full path.</param>
    public static bool TryParse(string text, string folder, out MailingList list, out string error)
    {
        list = null!;
        error = "";
        string[] parts = text.Split(';', 3, StringSplitOptions.TrimEntries);
        var members = new List<MailAddress>();
        var files = new List<string>();
        MailAddress? owner = null;
        if (parts.Length < 3)
            error = "a list needs two semicolons: address;owner;members";
        else if (!TryParseAddress(parts[0], out MailAddress address))
            error = "the list's address is none";
        else if (parts[1].Length > 0 && !TryParseAddress(parts[1], out owner))
            error = "the owner's address is none";
        else if (NameOf(address) == (owner is null ? null : NameOf(owner)))
            error = "a list is not its own owner";
        else if (TryParseMembers(parts[2], folder, members, files, out error))
            list = new MailingList(address, owner, members, files);
        return error.Length == 0;
    }

    /// <summary>The name under which a list of this address is known: without regard to case.</summary>
    public static string NameOf(MailAddress address) => $"{address.LocalPart}@{address.Domain}".ToLowerInvariant();

    /// <summary>The name of the list that a maildrop stands for; null if it is a user's.</summary>
    public static string? NameIn(string maildrop)
        => maildrop.StartsWith(MaildropPrefix, StringComparison.Ordinal) ? maildrop[MaildropPrefix.Length..] : null;

    private static bool TryParseMembers(
        string text, string folder, List<MailAddress> members, List<string> files, out string error)
    {
        error = "";
        foreach (string member in text.Split(s_separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (member.Length > 1 && member[0] == '@' && FilePath.Problem(member[1..]) is { } problem)
                error = $"a file of members cannot be there: {problem}";
            else if (member.Length > 1 && member[0] == '@')
                files.Add(Path.GetFullPath(member[1..], folder));
            else if (TryParseAddress(member, out MailAddress address))
                members.Add(address);
            else
                error = "a member is neither an address nor @file";
        }
        if (error.Length == 0 && members.Count + files.Count == 0)
            error = "a list needs a member";
        return error.Length == 0;
    }

    // A bare postmaster is everybody's, and no list's.
    private static bool TryParseAddress(string text, out MailAddress address)
        => MailAddress.TryParse(text, out address) && address.Domain.Length > 0;
}
