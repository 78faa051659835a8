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
        Text = text;
        LocalPart = localPart;
        Domain = domain;
    }

    /// <summary>As it goes on the wire between the brackets; empty for the null path.</summary>
    public string Text { get; }

    /// <summary>The local part with quotes and backslashes taken away (RFC 5321 §4.1.2: quoting carries no meaning).</summary>
    public string LocalPart { get; }

    /// <summary>The domain or address literal, in its own case; empty for a bare postmaster and the null path.</summary>
    public string Domain { get; }

    public bool IsNull => Text.Length == 0;

    /// <summary>True if the text has characters outside ASCII, and so needs SMTPUTF8 (RFC 6531).</summary>
    public bool NeedsUtf8 => throw new NotImplementedException();

    /// <summary>Reads one mailbox that fills <paramref name="text"/> whole. Octets, UTF-8 allowed if <paramref name="utf8"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, bool utf8, out MailAddress address) => throw new NotImplementedException();

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, bool, out MailAddress)"/>
    public static bool TryParse(string text, out MailAddress address) => throw new NotImplementedException();

    /// <summary>Equal when local parts are equal to the letter and domains are without regard to case.</summary>
    public bool Equals(MailAddress? other) => throw new NotImplementedException();

    public override bool Equals(object? obj) => Equals(obj as MailAddress);
    public override int GetHashCode() => throw new NotImplementedException();
    public override string ToString() => Text;
}
