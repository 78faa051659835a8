using System.Text;
using MailModule.Dns;
using MailModule.Primitives;

namespace MailModule.Engine.Sending;

/// <summary>
/// A reverse-path or forward-path as a host gives it to a verb. What a server would not take is said to it all the
/// same, as long as it stays one path on one line. Pure.
/// </summary>
internal static class PathText
{
    /// <param name="path">With or without its angle brackets.</param>
    /// <param name="name">The argument's.</param>
    /// <param name="text">Without them, a domain beyond ASCII as A-labels.</param>
    public static Fault TryRead(string path, string name, out string text)
    {
        text = path.Length >= 2 && path[0] == '<' && path[^1] == '>' ? path[1..^1] : path;
        if (text.Any(char.IsControl))
            return FaultReason.Because(Fault.Argument, $"{name} has CR, LF, NUL or another control character in it");
        if (EndsEarly(text))
            return FaultReason.Because(
                Fault.Argument, $"{name} has an angle bracket or a blank outside quotes: parameters go apart");
        int at = text.LastIndexOf('@');
        if (at >= 0 && !Ascii.IsValid(text.AsSpan(at)))
        {
            if (!DnsName.TryNormalize(text[(at + 1)..], out string domain))
                return FaultReason.Because(Fault.Argument, $"{name} has no domain behind its @: {text}");
            text = $"{text[..at]}@{domain}";
        }
        return Fault.None;
    }

    // RFC 5321 §4.1.2: in quotes all may stand that is visible.
    private static bool EndsEarly(string text)
    {
        bool isQuoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"')
                isQuoted = !isQuoted;
            else if (c == '\\' && isQuoted)
                i++;
            else if (!isQuoted && c is '<' or '>' or ' ')
                return true;
        }
        return isQuoted;
    }
}
