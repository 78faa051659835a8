using System.Net;
using System.Text;
using MailModule.Dns;
using MailModule.Policy.DnsLists;
using MailModule.Smtp;

namespace MailModule.Engine.Serving;

/// <summary>What checks of strangers say to them. Why, and by which rule, is for the log alone.</summary>
internal static class CheckReplies
{
    /// <summary>RFC 5321 §4.5.3.1.5: 512 octets with codes and line end.</summary>
    private const int TextLimit = 480;

    public static readonly Reply Spammer421 = new(421, "4.7.0", "Your address has sent spam, closing connection");
    public static readonly Reply SenderRefused550 = new(550, "5.7.1", "Sender refused");
    public static readonly Reply Greylisted451 = new(451, "4.7.1", "Greylisted, try again later");
    public static readonly Reply Failed451 = new(451, "4.3.0", "The message could not be checked, try again later");

    public static readonly Reply Harmful554 = new(554, "5.7.1", "Message refused: it was found harmful");

    public static readonly Reply NoAuthor550 =
        new(550, "5.7.1", "Message refused: its From field does not name one author domain");

    public static readonly Reply NoDmarc451 =
        new(451, "4.7.1", "The policy of the author's domain cannot be looked up, try again later");

    private static readonly Reply NoHost550 = new(550, "5.1.8", "The sender's domain has neither MX nor address");
    // RFC 7505 §4.2
    private static readonly Reply NullMx550 = new(550, "5.7.27", "The sender's domain takes no mail");
    private static readonly Reply NoAnswer451 =
        new(451, "4.1.8", "The sender's domain cannot be looked up, try again later");

    /// <param name="code">550 for a recipient, 554 for a connection or a message.</param>
    /// <param name="spamText">The setting <c>msgspam</c>.</param>
    public static Reply Listed(int code, string spamText, IPAddress client, DnsListResult result)
    {
        string reason = result.Text.Length > 0 ? $": {result.Text}" : "";
        string text = $"{spamText}: [{client}] is listed by {result.Zone.Name}{reason}";
        return new Reply(code, "5.7.1", text.Length > TextLimit ? text[..TextLimit] : text);
    }

    /// <inheritdoc cref="Listed"/>
    public static Reply Bad(int code, string spamText) => new(code, "5.7.1", spamText);

    /// <inheritdoc cref="Listed"/>
    public static Reply Gray451(string spamText) => new(451, "4.7.1", $"{spamText}, try again later");

    /// <summary>What a domain asks for whose name is in From, and that has not sent the message.</summary>
    public static Reply ByDmarc(string domain)
        => new(
            550, "5.7.1", $"Message refused by the DMARC policy of {(Ascii.IsValid(domain) ? domain : "its author")}");

    /// <summary>Null: the domain may send.</summary>
    public static Reply? OfDomain(MxStatus status) => status switch
    {
        MxStatus.Ok => null,
        MxStatus.NullMx => NullMx550,
        MxStatus.NoDomain or MxStatus.NoHost or MxStatus.BadDomain => NoHost550,
        _ => NoAnswer451,
    };
}
