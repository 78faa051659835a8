using System.Text;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Lists;

/// <summary>A file of a list's members: one address a line, <c>#</c> begins a comment. Immutable.</summary>
/// <param name="Members">In the file's order.</param>
/// <param name="Errors">Line and what is wrong with it; such lines are passed over.</param>
internal sealed record MemberFile(IReadOnlyList<MailAddress> Members, IReadOnlyList<(int Line, string Text)> Errors)
{
    // UTF-8's byte order mark, which some editors put in front.
    private const string Mark = "\u00EF\u00BB\u00BF";

    /// <param name="text">Octets as characters (Latin-1), so that UTF-8 comes through.</param>
    public static MemberFile Parse(string text)
    {
        var members = new List<MailAddress>();
        var errors = new List<(int, string)>();
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan(text.StartsWith(Mark, StringComparison.Ordinal) ? Mark.Length : 0).EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> plain = WithoutComment(line).Trim(" \t,;");
            if (plain.IsEmpty)
                continue;
            if (plain.Length <= 1000 && MailAddress.TryParse(Encoding.Latin1.GetBytes(plain.ToString()), utf8: true, out MailAddress address) && address.Domain.Length > 0)
                members.Add(address);
            else
                errors.Add((number, "no address"));
        }
        return new MemberFile(members, errors);
    }

    public void WriteErrors(string path, Log log)
    {
        foreach ((int line, string text) in Errors)
            log.Write(LogLevel.Warning, "lists", $"{path}:{line}: {text}; passed over");
    }

    // "#" may stand in a local part: only one that begins a word begins a comment.
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        for (int i = 0; i < line.Length; i++)
            if (line[i] == '#' && (i == 0 || line[i - 1] is ' ' or '\t'))
                return line[..i];
        return line;
    }
}
