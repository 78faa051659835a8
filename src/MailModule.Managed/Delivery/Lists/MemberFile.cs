using System.Text;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Lists;

/// <summary>A file of a list's members: one address a line, <c>#</c> begins a comment. Immutable.</summary>
/// <param name="Members">In the file's order.</param>
/// <param name="Errors">Line and what is wrong with it; such lines are passed over.</param>
internal sealed record MemberFile(IReadOnlyList<MailAddress> Members, IReadOnlyList<(int Line, string Text)> Errors)
{
    private const int LengthLimit = 1000;

    /// <summary>Lines that are told; more of them are counted.</summary>
    public const int ErrorsTold = 20;

    /// <param name="text">Octets as characters (Latin-1), so that UTF-8 comes through.</param>
    public static MemberFile Parse(string text)
    {
        var members = new List<MailAddress>();
        var errors = new List<(int, string)>();
        int number = 0, wrong = 0;
        if (ByteOrderMark.IsOfOtherEncoding(text))
            return new MemberFile(members, [(1, ByteOrderMark.WrongEncoding)]);
        foreach (ReadOnlySpan<char> line in ByteOrderMark.Skip(text).AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> plain = WithoutComment(line).Trim(" \t,;");
            if (plain.IsEmpty)
                continue;
            if (TryParseMember(plain, out MailAddress address))
                members.Add(address);
            else if (++wrong <= ErrorsTold)
                errors.Add((number, "no address"));
        }
        if (wrong > ErrorsTold)
            errors.Add((number, $"{wrong - ErrorsTold} more lines are no address"));
        return new MemberFile(members, errors);
    }

    public void WriteErrors(string path, Log log)
    {
        foreach ((int line, string text) in Errors)
            log.Write(LogLevel.Warning, "lists", $"{path}:{line}: {text}; passed over");
    }

    private static bool TryParseMember(ReadOnlySpan<char> text, out MailAddress address)
    {
        address = MailAddress.Null;
        return text.Length <= LengthLimit
            && MailAddress.TryParse(Encoding.Latin1.GetBytes(text.ToString()), utf8: true, out address)
            && address.Domain.Length > 0;
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
