using System.Text;

namespace MailModule.Mail;

/// <summary>
/// A mailbox as an SMTP path carries it (RFC 5321 §4.1.2; RFC 6531 for UTF-8), without the angle brackets and without a
/// source route. Cannot hold CR, LF, NUL or another control character, so it is safe on any wire line. The null
/// reverse-path is <see cref="Null"/>. A bare <c>postmaster</c> has an empty domain.
/// </summary>
public sealed class MailAddress : IEquatable<MailAddress>
{
    /// <summary>The null reverse-path, <c>&lt;&gt;</c>.</summary>
    public static readonly MailAddress Null = new("", "", "");

    private MailAddress(string text, string localPart, string domain)
    {
        Text = WireText = text;
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>As it was given; empty for the null path.</summary>
    public string Text { get; }

    /// <summary>
    /// As other programs get it, between the brackets: <see cref="Text"/>, but a local part with dots where RFC 5321
    /// §4.1.2 has none is in quotes, which mean nothing and which every program knows.
    /// </summary>
    public string WireText { get; private init; }

    /// <summary>
    /// The local part with quotes and backslashes taken away (RFC 5321 §4.1.2: quoting carries no meaning).
    /// </summary>
    public string LocalPart { get; }

    /// <summary>
    /// The domain or address literal, in its own case; empty for a bare postmaster and the null path.
    /// </summary>
    public string Domain { get; }

    public bool IsNull => Text.Length == 0;

    /// <summary>True if the text has characters outside ASCII, and so needs SMTPUTF8 (RFC 6531).</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(Text);

    /// <summary>
    /// Reads one mailbox, or a bare postmaster, that fills <paramref name="text"/> whole. Octets, UTF-8 allowed if
    /// <paramref name="utf8"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, bool utf8, out MailAddress address)
    {
        address = Null;
        int local = AddressGrammar.LocalPartLength(text);
        if (local == 0 || (!utf8 && !Ascii.IsValid(text)) || !AddressGrammar.IsTextWithoutControls(text))
            return false;
        if (local == text.Length)
            return TryParsePostmaster(text, out address);
        if (text[local] != '@' || !AddressGrammar.IsDomainOrLiteral(text[(local + 1)..]))
            return false;
        string whole = Encoding.UTF8.GetString(text);
        string domain = Encoding.UTF8.GetString(text[(local + 1)..]);
        address = text[0] == '"' || AddressGrammar.IsDotString(text[..local])
            ? new MailAddress(whole, Unquote(text[..local]), domain)
            : MakeQuoted(whole, Encoding.UTF8.GetString(text[..local]), domain);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, bool, out MailAddress)"/>
    public static bool TryParse(string text, out MailAddress address)
    {
        address = Null;
        if (text.Length > AddressGrammar.AddressLimit)
            return false;
        Span<byte> octets = stackalloc byte[AddressGrammar.AddressLimit * 3];
        return Encoding.UTF8.TryGetBytes(text, octets, out int length)
            && TryParse(octets[..length], utf8: true, out address);
    }

    /// <summary>Equal when local parts are equal to the letter and domains are without regard to case.</summary>
    public bool Equals(MailAddress? other)
        => other is not null && IsNull == other.IsNull && LocalPart == other.LocalPart
            && Domain.Equals(other.Domain, StringComparison.OrdinalIgnoreCase);

    public override bool Equals(object? obj) => Equals(obj as MailAddress);
    public override int GetHashCode()
        => HashCode.Combine(LocalPart, StringComparer.OrdinalIgnoreCase.GetHashCode(Domain));
    public override string ToString() => Text;

    /// <summary>RFC 5321 §4.1.1.3: "Postmaster" without a domain, in any case.</summary>
    private static bool TryParsePostmaster(ReadOnlySpan<byte> text, out MailAddress address)
    {
        bool isPostmaster = Ascii.EqualsIgnoreCase(text, "postmaster"u8);
        address = isPostmaster
            ? new MailAddress(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(text), "")
            : Null;
        return isPostmaster;
    }

    private static MailAddress MakeQuoted(string whole, string local, string domain)
        => new(whole, local, domain) { WireText = $"\"{local}\"@{domain}" };

    private static string Unquote(ReadOnlySpan<byte> local)
    {
        if (local[0] != '"')
            return Encoding.UTF8.GetString(local);
        Span<byte> plain = stackalloc byte[AddressGrammar.LocalPartLimit];
        int length = 0;
        for (int i = 1; i < local.Length - 1; i++)
        {
            if (local[i] == '\\')
                i++;
            plain[length++] = local[i];
        }
        return Encoding.UTF8.GetString(plain[..length]);
    }
}
