using MailModule.Delivery.Outgoing;
using MailModule.Mail;

namespace MailModule.Engine.Retrieving;

/// <summary>Where a fetched message goes that the settings' checks refuse.</summary>
/// <param name="Folder">Of the mailbox; null: it is not taken, and stays there.</param>
/// <param name="Why">Which check, for the log.</param>
internal readonly record struct FetchedMailRefusal(string? Folder, string Why);

/// <summary>What the settings say of strangers' mail, asked about a message that was fetched. Any thread.</summary>
internal interface IFetchedMailCheck
{
    /// <summary>Whether the mailbox here has room for a message. May block.</summary>
    /// <param name="octets">0: not known.</param>
    bool HasRoom(Recipient recipient, long octets);

    /// <summary>Null: it goes where such mail goes. May block; ends soon after a cancel.</summary>
    /// <param name="envelope">Its recipient is the user here.</param>
    /// <param name="content">Finished, as it came.</param>
    FetchedMailRefusal? Check(Envelope envelope, SubmissionContent content, CancellationToken cancel);
}
