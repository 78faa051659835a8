using System.Buffers;
using System.Net;

namespace MailModule.Authentication.Results;

/// <summary>Writes Received-SPF (RFC 7208 §9.1). A function of its arguments, safe for whatever they hold.</summary>
internal static class ReceivedSpfField
{
    /// <param name="output">Gets the whole field with its CRLF.</param>
    /// <param name="helo">As the client said it; empty: it said nothing.</param>
    /// <param name="receiver">Our name.</param>
    public static void Write(IBufferWriter<byte> output, SpfResult spf, IPAddress client, string helo, string receiver)
    {
        var field = new FieldText(output, "Received-SPF:");
        field.Word(ResultWords.Of(spf.Result));
        string comment = spf.Text.Length > 0 ? spf.Text : Comment(spf.Result, spf.Domain);
        field.Words(FieldValue.Comment($"{receiver}: {comment}"));
        if (client.IsIPv4MappedToIPv6)
            client = client.MapToIPv4();
        field.Word("client-ip=" + FieldValue.DotAtom(client.ToString()) + ";");
        if (spf.Identity == SpfIdentity.MailFrom)
            field.Word("envelope-from=" + FieldValue.DotAtom(spf.Sender) + ";");
        if (helo.Length > 0)
            field.Word("helo=" + FieldValue.DotAtom(helo) + ";");
        if (spf.Mechanism.Length > 0)
            field.Word("mechanism=" + FieldValue.DotAtom(spf.Mechanism) + ";");
        field.Word("receiver=" + FieldValue.DotAtom(receiver) + ";");
        field.Word("identity=" + (spf.Identity == SpfIdentity.Helo ? "helo" : "mailfrom"));
        field.End();
    }

    private static string Comment(AuthResult result, string domain) => result switch
    {
        AuthResult.Pass => $"{domain} lets this client send",
        AuthResult.Fail => $"{domain} does not let this client send",
        AuthResult.SoftFail => $"{domain} probably does not let this client send",
        AuthResult.Neutral => $"{domain} does not say whether this client may send",
        AuthResult.None => $"{domain} has no SPF record",
        _ => $"{domain} could not be checked",
    };
}
