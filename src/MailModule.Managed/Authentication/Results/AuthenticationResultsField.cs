using System.Buffers;
using System.Globalization;

namespace MailModule.Authentication.Results;

/// <summary>
/// Writes what was found out about a message as a field: Authentication-Results (RFC 8601 §2.2), or the same behind
/// another beginning, as ARC-Authentication-Results has it. A function of its arguments; values come from strangers,
/// and can neither end the field nor begin a result.
/// </summary>
internal static class AuthenticationResultsField
{
    private const string Name = "Authentication-Results:";

    /// <param name="output">Gets the whole field with its CRLF.</param>
    /// <param name="authServId">Our name; U-labels become A-labels.</param>
    public static void Write(IBufferWriter<byte> output, string authServId, MessageResults results)
        => Write(output, Name, authServId, results);

    /// <param name="start">What stands before the authserv-id: "ARC-Authentication-Results: i=1;".</param>
    public static void Write(IBufferWriter<byte> output, string start, string authServId, MessageResults results)
    {
        var field = new FieldText(output, start);
        field.Word(FieldValue.Domain(authServId));
        if (results.MailFrom is { } mailFrom)
            Spf(field, mailFrom);
        // Where the reverse path is null, both are one.
        if (results.Helo is { } helo && helo != results.MailFrom)
            Spf(field, helo);
        foreach (DkimResult signature in results.Dkim)
            Dkim(field, signature);
        if (results.Arc is { } arc)
            Arc(field, arc);
        if (results.Dmarc is { } dmarc)
            Dmarc(field, dmarc);
        // RFC 8601 §2.2: no-result
        if (results is { MailFrom: null, Helo: null, Dkim: [], Arc: null, Dmarc: null })
            field.Join(";").Word("none");
        field.End();
    }

    private static void Begin(FieldText field, string method, AuthResult result)
        => field.Join(";").OnNewLine($"{method}={ResultWords.Of(result)}");

    private static void Reason(FieldText field, string text)
    {
        if (text.Length > 0)
            field.Words("reason=" + FieldValue.Reason(text));
    }

    // RFC 8601 §2.7.2
    private static void Spf(FieldText field, SpfResult spf)
    {
        Begin(field, "spf", spf.Result);
        Reason(field, spf.Text);
        if (spf.Identity == SpfIdentity.Helo)
            field.Word("smtp.helo=" + FieldValue.Domain(spf.Domain));
        else
            field.Word("smtp.mailfrom=" + FieldValue.Address(spf.Sender.Length > 0 ? spf.Sender : spf.Domain));
    }

    // RFC 8601 §2.7.1; header.b: RFC 6008; header.a and header.s: RFC 8601 §6.3
    private static void Dkim(FieldText field, DkimResult dkim)
    {
        Begin(field, "dkim", dkim.Result);
        string bits = dkim.KeyBits.ToString(CultureInfo.InvariantCulture);
        if (dkim.KeyBits > 0)
            field.Words(FieldValue.Comment($"{bits}-bit key{(dkim.IsTesting ? ", testing" : "")}"));
        Reason(field, dkim.Text);
        Property(field, "header.d=", dkim.Domain, FieldValue.Domain);
        Property(field, "header.i=", dkim.Identity, FieldValue.Address);
        Property(field, "header.s=", dkim.Selector, FieldValue.Domain);
        Property(field, "header.a=", dkim.Algorithm, FieldValue.Value);
        Property(field, "header.b=", dkim.SignatureStart, FieldValue.Value);
    }

    private static void Property(FieldText field, string name, string value, Func<string, string> write)
    {
        if (value.Length > 0)
            field.Word(name + write(value));
    }

    // RFC 8617 §10.2
    private static void Arc(FieldText field, ArcResult arc)
    {
        Begin(field, "arc", arc.Result);
        if (arc.Instances > 0)
            field.Words(FieldValue.Comment($"i={arc.Instances.ToString(CultureInfo.InvariantCulture)}"));
        Reason(field, arc.Text);
        // RFC 8617 §5.2
        if (arc.Result == AuthResult.Pass)
            field.Word("header.oldest-pass=" + arc.OldestPass.ToString(CultureInfo.InvariantCulture));
    }

    // RFC 9989 §9.1: policy.dmarc is what is to be done, with all its tags looked at.
    private static void Dmarc(FieldText field, DmarcResult dmarc)
    {
        Begin(field, "dmarc", dmarc.Result);
        if (dmarc.PolicyDomain.Length > 0)
            field.Words(FieldValue.Comment(
                $"p={ResultWords.Of(dmarc.Policy)}{(dmarc.IsTesting ? " t=y" : "")} at {dmarc.PolicyDomain}"));
        Reason(field, dmarc.Text);
        Property(field, "header.from=", dmarc.FromDomain, FieldValue.Domain);
        if (dmarc.PolicyDomain.Length > 0)
            field.Word("policy.dmarc=" + ResultWords.Of(dmarc.Disposition));
    }
}
