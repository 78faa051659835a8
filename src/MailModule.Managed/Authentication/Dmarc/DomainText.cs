using MailModule.Dns;

namespace MailModule.Authentication.Dmarc;

/// <summary>Domains of addresses and signatures, in the one form in which they are compared. Pure.</summary>
internal static class DomainText
{
    /// <summary>
    /// RFC 9989 §5.3.1: A-labels for U-labels. False for what no mail domain has: an escape, a blank, an empty label,
    /// text that was no UTF-8, characters of which readers make others (<see cref="UnicodeName"/>).
    /// </summary>
    public static bool TryNormalize(string text, out string name)
    {
        name = "";
        if (text.AsSpan().ContainsAny("\\\ufffd") || !UnicodeName.IsOne(text)
            || !DnsName.TryNormalize(text, out string normal))
            return false;
        if (normal.Length == 0 || normal.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-_."))
            return false;
        name = normal;
        return true;
    }

    /// <summary>The domain one label above; empty for one label.</summary>
    public static string Parent(string name)
    {
        int dot = name.IndexOf('.');
        return dot < 0 ? "" : name[(dot + 1)..];
    }

    public static int LabelCount(string name) => name.Length == 0 ? 0 : name.AsSpan().Count('.') + 1;

    /// <summary>The last labels of a name, as many as said; all, where it has no more.</summary>
    public static string LastLabels(string name, int count)
    {
        int at = name.Length;
        for (; count > 0 && at >= 0; count--)
            at = at == 0 ? -1 : name.LastIndexOf('.', at - 1);
        return name[(at + 1)..];
    }
}
