using MailModule.Mail;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>A message of a spool, as DSNs are about; recipients are done when a test says so.</summary>
internal sealed class OriginalMessage : ISpoolEntry
{
    public const string Text =
        "Return-Path: <ann@sender.example>\nReceived: from client.example by mail.example; Sat, 21 Nov 2026 04:00:00 "
            + "+0100\n"
        + "From: Ann <ann@sender.example>\nTo: Bob <bob@far.example>\nSubject: Lunch?\nMessage-ID: "
        + "<1@sender.example>\n\nAt noon.\n.\n--\nAnn\n";

    public OriginalMessage(string sender = "ann@sender.example", string text = Text)
        : this(sender, new TextContent(text))
    {
    }

    public OriginalMessage(string sender, MessageContent content)
    {
        Content = content;
        Envelope = new Envelope
        {
            ReversePath = sender.Length == 0 ? MailAddress.Null : Address(sender),
            Received = new DateTimeOffset(2026, 11, 21, 4, 0, 0, TimeSpan.FromHours(1))
        };
    }

    public string Id => "message001";
    public Envelope Envelope { get; }
    public MessageContent Content { get; }
    public bool IsGone { get; set; }
    public ReadOnlyMemory<byte> Note => default;
    public bool IsDone(int recipient) => IsGone;

    public static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address));
        return address;
    }

    public Recipient Add(string address, Notify notify = Notify.Default, string? original = null)
    {
        var recipient = new Recipient(Address(address), null) { Notify = notify, OriginalRecipient = original };
        Envelope.Recipients.Add(recipient);
        return recipient;
    }
}
