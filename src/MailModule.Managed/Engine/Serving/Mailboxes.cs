using MailModule.Delivery;
using MailModule.Delivery.Local;
using MailModule.Mailbox;

namespace MailModule.Engine.Serving;

/// <summary>What a POP3 server needs of the places where mail is kept.</summary>
/// <param name="Delivery">Brings what SMTP has confirmed into the mailboxes.</param>
/// <param name="ScratchFolder">Where texts too large for memory go while a host writes them.</param>
internal sealed record Mailboxes(IMailStore Store, LocalDelivery Delivery, string ScratchFolder);
