using System.Text;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>
/// A message with plain text (RFC 5322, RFC 2045) that is made here. Its lines are within what every host takes; it is
/// ASCII but for addresses that are not.
/// </summary>
internal sealed record NewMessage
{
    public required NamedAddress From { get; init; }
    public IReadOnlyList<NamedAddress> To { get; init; } = [];
    public IReadOnlyList<NamedAddress> Cc { get; init; } = [];

    /// <summary>One line; null: none.</summary>
    public string? Subject { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Without its angle brackets.</summary>
    public required string MessageId { get; init; }

    /// <summary>Gives the whole message, in pieces.</summary>
    /// <param name="text">UTF-8, any line ends.</param>
    public Fault Write(ReadOnlySpan<byte> text, ContentSink sink)
    {
        var body = new TextBody(text);
        Fault fault = sink(Encoding.UTF8.GetBytes(Header(body.TransferEncoding)));
        return fault == Fault.None ? body.Write(sink) : fault;
    }

    private string Header(string transferEncoding)
    {
        var header = new StringBuilder();
        Span<byte> date = stackalloc byte[64];
        int length = TraceHeaders.WriteDate(Date, date);
        header.Append("Date: ").Append(Encoding.ASCII.GetString(date[..length])).Append("\r\n");
        AppendAddresses(header, "From", [From]);
        AppendAddresses(header, "To", To);
        AppendAddresses(header, "Cc", Cc);
        if (Subject is not null)
            AppendSubject(header, Subject);
        header.Append("Message-ID: <").Append(MessageId).Append(">\r\n");
        header.Append("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n");
        return header.Append("Content-Transfer-Encoding: ").Append(transferEncoding).Append("\r\n\r\n").ToString();
    }

    private static void AppendAddresses(StringBuilder header, string name, IReadOnlyList<NamedAddress> addresses)
    {
        if (addresses.Count == 0)
            return;
        var field = new FieldWriter(name);
        HeaderText.AddAddresses(field, addresses);
        header.Append(field);
    }

    private static void AppendSubject(StringBuilder header, string subject)
    {
        var field = new FieldWriter("Subject");
        HeaderText.AddText(field, subject);
        header.Append(field);
    }
}
