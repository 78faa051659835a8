using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>
/// Signs whatever a test wants signed, by a plain reading of RFC 6376 that shares nothing with the product but the
/// private key: regular expressions over the whole message.
/// </summary>
internal static class PlainSigner
{
    /// <summary>The message with a signature field in front; b= is filled in, and bh= where it is "*".</summary>
    /// <param name="message">With CRLF, Latin-1.</param>
    /// <param name="tags">The field's value; b= is empty, and stands behind bh=.</param>
    public static string Sign(string message, string tags, SigningKey key, string name = "DKIM-Signature")
    {
        string[] forms = Regex.Match(tags, @"\bc=([^;\s]+)").Groups[1].Value.ToLowerInvariant().Split('/');
        bool isHeaderRelaxed = forms[0] == "relaxed", isBodyRelaxed = forms.Length > 1 && forms[1] == "relaxed";
        int end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string body = CanonicalBody(message[(end + 4)..], isBodyRelaxed);
        if (Regex.Match(tags, @"\bl=(\d+)") is { Success: true } length)
            body = body[..Math.Min(body.Length, (int)double.Min(int.MaxValue, double.Parse(length.Groups[1].Value)))];
        tags = tags.Replace("bh=*", "bh=" + Hash(body), StringComparison.Ordinal);
        List<string> fields = [.. Regex.Split(message[..end], "\r\n(?![ \t])")];
        var signed = new StringBuilder();
        string[] names = Regex.Match(tags, @"\bh=([^;]*)").Groups[1].Value.Split(':');
        foreach (string signedName in names.Select(one => one.Trim()))
        {
            int index = fields.FindLastIndex(
                field => NameOf(field).Equals(signedName, StringComparison.OrdinalIgnoreCase));
            if (index < 0)
                continue;
            signed.Append(CanonicalField(fields[index], isHeaderRelaxed)).Append("\r\n");
            fields.RemoveAt(index);
        }
        signed.Append(CanonicalField($"{name}: {tags}", isHeaderRelaxed));
        byte[] signature = key.Sign(SHA256.HashData(Encoding.Latin1.GetBytes(signed.ToString())));
        int place = tags.LastIndexOf("b=", StringComparison.Ordinal) + 2;
        return $"{name}: {tags[..place]}{Convert.ToBase64String(signature)}{tags[place..]}\r\n{message}";
    }

    /// <summary>In base64, of Latin-1.</summary>
    public static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.Latin1.GetBytes(text)));

    private static string NameOf(string field) => field.Split(':')[0].Trim();

    private static string CanonicalField(string field, bool isRelaxed)
        => !isRelaxed ? field
            : NameOf(field).ToLowerInvariant() + ":" + Regex.Replace(
                field[(field.IndexOf(':', StringComparison.Ordinal) + 1)..], @"[ \t\r\n]+", " ").Trim(' ');

    private static string CanonicalBody(string body, bool isRelaxed)
    {
        if (isRelaxed)
            body = Regex.Replace(Regex.Replace(body, "[ \t]+", " "), " (?=\r\n|$)", "");
        body = Regex.Replace(body, "(\r\n)*$", "");
        return body.Length == 0 && isRelaxed ? "" : body + "\r\n";
    }
}
