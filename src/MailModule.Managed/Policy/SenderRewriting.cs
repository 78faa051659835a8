using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using MailModule.Mail;
using MailModule.Primitives.Os;

namespace MailModule.Policy;

/// <summary>
/// SRS, the Sender Rewriting Scheme: a message of others that is sent on has a sender of our domain, so that SPF holds
/// where it goes (RFC 7208 appendix D.3), and what is returned to that sender finds its way back. The address says to
/// whom, since when, and by a keyed digest that we have made it; nothing is kept. Immutable; any thread.
/// </summary>
/// <remarks>
/// <c>SRS0=digest=day=domain=user@ours</c> stands for <c>user@domain</c>. A sender that another host has made so is not
/// wrapped again but by its host's name: <c>SRS1=digest=host=rest@ours</c> stands for <c>SRS0rest@host</c>, which that
/// host can check; of an SRS1 the host stays, so that no address grows from host to host.
/// </remarks>
/// <param name="domain">Ours, to which what is returned comes.</param>
/// <param name="key">Whose secret the digest is made with.</param>
internal sealed class SenderRewriting(string domain, LoginKey key, TimeProvider time)
{
    /// <summary>Days after which an address is nobody's: longer than a queue keeps a message.</summary>
    public const int DayLimit = 21;

    // No user's name holds a control character, so that no user is taken for one.
    private const string MaildropPrefix = "srs\t";

    private const string First = "SRS0", Further = "SRS1";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // RFC 4648 §6, which has no case
    private const int DigestLength = 8;
    private const int DayLength = 2;
    private const int DayCycle = 32 * 32;
    private const int TagLength = 4;

    /// <summary>The sender in whose name a message of another's is sent on; the same where it cannot be made.</summary>
    public MailAddress Rewrite(MailAddress sender)
    {
        if (sender.IsNull || sender.Domain.Length == 0 || !OpenSsl.IsThere)
            return sender;
        string local = sender.LocalPart;
        string made = TryReadFurther(local, out string host, out string rest) ? FurtherOf(host, rest)
            : IsTagged(local, First) ? FurtherOf(sender.Domain, local[TagLength..])
            : FirstOf(sender.Domain, local);
        return TryMake(made, domain, out MailAddress? rewritten) ? rewritten : sender;
    }

    /// <summary>It has the form of what <see cref="Rewrite"/> makes, of our domain.</summary>
    public bool IsOurs(MailAddress address)
        => address.Domain.Equals(domain, StringComparison.OrdinalIgnoreCase)
            && (IsTagged(address.LocalPart, First) || IsTagged(address.LocalPart, Further));

    /// <summary>Whose an address of ours is; false for what was not made here, or too long ago.</summary>
    public bool TryReverse(MailAddress address, [NotNullWhen(true)] out MailAddress? original)
    {
        original = null;
        if (!IsOurs(address) || !OpenSsl.IsThere)
            return false;
        string local = address.LocalPart;
        return IsTagged(local, First)
            ? TryReverseFirst(local, out original)
            : TryReadFurther(local, out string host, out string rest)
                && IsSame(local[(TagLength + 1)..].Split('=', 2)[0], DigestOf(Further, host, rest))
                && TryMake(First + rest, host, out original);
    }

    /// <summary>What stands for the way back in the envelope of a message that waits for it.</summary>
    public static string MaildropOf(MailAddress original) => MaildropPrefix + original.Text;

    /// <summary>The address that a maildrop of <see cref="MaildropOf"/> stands for; null: it is another's.</summary>
    public static MailAddress? OriginalIn(string maildrop)
        => maildrop.StartsWith(MaildropPrefix, StringComparison.Ordinal)
            && MailAddress.TryParse(maildrop[MaildropPrefix.Length..], out MailAddress original) ? original : null;

    private string FirstOf(string host, string user)
    {
        string day = DayText(Today);
        return $"{First}={DigestOf(day, host, user)}={day}={host}={user}";
    }

    private string FurtherOf(string host, string rest)
        => $"{Further}={DigestOf(Further, host, rest)}={host}={rest}";

    // SRS0=digest=day=host=user
    private bool TryReverseFirst(string local, [NotNullWhen(true)] out MailAddress? original)
    {
        original = null;
        string[] parts = local[(TagLength + 1)..].Split('=', 4);
        if (parts is not [{ Length: DigestLength }, { Length: DayLength }, { Length: > 0 }, _]
            || !TryReadDay(parts[1], out int day) || (Today - day + DayCycle) % DayCycle > DayLimit)
            return false;
        return IsSame(parts[0], DigestOf(parts[1], parts[2], parts[3]))
            && TryMake(parts[3], parts[2], out original);
    }

    // SRS1=digest=host=rest, where the digest may be another host's: of any length
    private static bool TryReadFurther(string local, out string host, out string rest)
    {
        (host, rest) = ("", "");
        if (!IsTagged(local, Further))
            return false;
        string[] parts = local[(TagLength + 1)..].Split('=', 3);
        if (parts is not [{ Length: > 0 }, { Length: > 0 }, { Length: > 1 }] || !IsSeparator(parts[2][0]))
            return false;
        (host, rest) = (parts[1], parts[2]);
        return TryMake(First + rest, host, out _);
    }

    private static bool IsTagged(string local, string tag)
        => local.Length > TagLength + 1 && local.StartsWith(tag, StringComparison.OrdinalIgnoreCase)
            && IsSeparator(local[TagLength]);

    // Hosts choose one of the three.
    private static bool IsSeparator(char letter) => letter is '=' or '+' or '-';

    private int Today => (int)(time.GetUtcNow().ToUnixTimeSeconds() / 86400 % DayCycle);

    private static string DayText(int day) => $"{Letters[day / 32]}{Letters[day % 32]}";

    private static bool TryReadDay(string text, out int day)
    {
        int high = Letters.IndexOf(char.ToUpperInvariant(text[0]));
        int low = Letters.IndexOf(char.ToUpperInvariant(text[1]));
        day = high * 32 + low;
        return high >= 0 && low >= 0;
    }

    // Without regard to case, which hosts on the way may change.
    private string DigestOf(string kind, string host, string user)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{kind}\n{host}\n{user}".ToLowerInvariant());
        byte[] digest = HMACSHA256.HashData(key.Derive("SRS", HMACSHA256.HashSizeInBytes), text);
        return string.Create(DigestLength, digest, static (letters, octets) =>
        {
            for (int i = 0; i < letters.Length; i++)
                letters[i] = Letters[octets[i] % Letters.Length];
        });
    }

    private static bool IsSame(string given, string right)
    {
        if (given.Length != right.Length)
            return false;
        int difference = 0;
        for (int i = 0; i < right.Length; i++)
            difference |= char.ToUpperInvariant(given[i]) ^ right[i];
        return difference == 0;
    }

    // What has octets beyond those of an atom is in quotes.
    private static bool TryMake(string local, string host, [NotNullWhen(true)] out MailAddress? address)
    {
        byte[] octets = Encoding.UTF8.GetBytes(local);
        bool isPlain = octets.Length > 0 && octets[0] != '"' && AddressGrammar.LocalPartLength(octets) == octets.Length;
        string text = isPlain ? local : $"\"{local.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
        return MailAddress.TryParse($"{text}@{host}", out address) && address.Domain.Length > 0;
    }
}
