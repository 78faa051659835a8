using System.Text;
using MailModule.Authentication.Results;
using MailModule.Mail;
using MailModule.Policy.SenderLists;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// What the server has found out about a message when it came, read from the field that it put in front
/// (Authentication-Results, RFC 8601). Pure.
/// </summary>
internal static class StoredResults
{
    /// <summary>Names without the <c>$</c>.</summary>
    public static readonly string[] Variables = AuthenticationFacts.Variables;

    /// <summary>In the words of RFC 8601 §2.7; empty: it is not told, or the name is none of these.</summary>
    /// <param name="text">The message as it is stored, octets as characters.</param>
    public static string Variable(string name, string text)
    {
        if (!Variables.Contains(name) || !TryRead(text, out ReportedResults results))
            return "";
        return name switch
        {
            "auth_domain" => Find(results, "dmarc", "pass")?.Property("header.from")
                ?? Find(results, "dkim", "pass")?.Property("header.d")
                ?? DomainOf(Find(results, "spf", "pass")),
            _ => (Find(results, name, "pass") ?? Find(results, name, null))?.Result ?? "",
        };
    }

    // What stands in front of the first Received field is ours: each host puts its own there.
    private static bool TryRead(string text, out ReportedResults results)
    {
        results = new ReportedResults("", 0, []);
        byte[] front = Encoding.Latin1.GetBytes(text[..Math.Min(text.Length, ReportedResults.FieldLimit)]);
        var fields = new HeaderFields(front);
        while (fields.MoveNext() && !fields.Is("Received"u8))
            if (fields.Is("Authentication-Results"u8))
                return ReportedResults.TryParse(fields.Value, out results);
        return false;
    }

    // SPF of the HELO is told behind that of the reverse path, and only where the latter is there too.
    private static ReportedResult? Find(ReportedResults results, string method, string? result)
        => results.Results.Where(one => one.Method == method).Take(method == "spf" ? 1 : int.MaxValue)
            .FirstOrDefault(one => result is null || one.Result == result);

    private static string DomainOf(ReportedResult? spf)
    {
        string sender = spf is null ? ""
            : spf.Property("smtp.mailfrom") is { Length: > 0 } path ? path : spf.Property("smtp.helo");
        return sender[(sender.LastIndexOf('@') + 1)..];
    }
}
