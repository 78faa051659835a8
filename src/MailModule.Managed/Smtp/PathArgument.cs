using System.Text;
using MailModule.Mail;

namespace MailModule.Smtp;

/// <summary>What the arguments of MAIL and RCPT have in common: keyword, path, parameters.</summary>
internal static class PathArgument
{
    /// <summary>Takes "FROM:" or "TO:" and the path from the front; the rest is empty or begins with a blank.</summary>
    internal static PathFault TryCut(ref ReadOnlySpan<byte> argument, ReadOnlySpan<byte> keyword, out MailAddress path)
    {
        path = MailAddress.Null;
        if (argument.Length < keyword.Length || !Ascii.EqualsIgnoreCase(argument[..keyword.Length], keyword))
            return PathFault.Syntax;
        // RFC 5321 §3.3 has no space after the colon; many clients send one
        argument = argument[keyword.Length..].TrimStart((byte)' ');
        // RFC 5321 §4.1.2 has brackets around a path; scripts and devices leave them out
        if (argument.IsEmpty || argument[0] != '<')
            return MailPath.TryParseBare(ref argument, utf8: true, out path) ? PathFault.None : PathFault.Syntax;
        if (!MailPath.TryParse(ref argument, utf8: true, out path))
            return PathFault.Address;
        return argument.IsEmpty || argument[0] == ' ' ? PathFault.None : PathFault.Syntax;
    }

    /// <summary>Takes the next parameter, keyword ["=" value], from the front; false if there is none.</summary>
    internal static bool TryCutParameter(
        scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value,
        out bool hasValue)
    {
        rest = rest.TrimStart((byte)' ');
        int end = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> word = end < 0 ? rest : rest[..end];
        rest = rest[word.Length..];
        int equals = word.IndexOf((byte)'=');
        hasValue = equals >= 0;
        name = hasValue ? word[..equals] : word;
        value = hasValue ? word[(equals + 1)..] : default;
        return !word.IsEmpty;
    }
}
