using MailModule.Delivery;
using MailModule.Delivery.Local;
using MailModule.Mailbox;

namespace MailModule.Engine.Serving;

/// <summary>What a POP3 server needs of the places where mail is kept.</summary>
/// <param name="Delivery">Brings what SMTP has confirmed into the mailboxes.</param>
/// <param name="ScratchFolder">Where messages too large for memory go while the host program writes them.</param>
internal sealed record MailboxDependencies(IMailStore Store, LocalDelivery Delivery, string ScratchFolder);
