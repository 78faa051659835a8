using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Mailbox;

/// <summary>The users' mailboxes. Blocks: workers only. Nothing above may assume files.</summary>
internal interface IMailStore
{
    /// <summary>
    /// Puts a message into a mailbox under the given name. Durable only after <see cref="Sync"/>.
    /// </summary>
    /// <param name="home">The user's home, from the settings; never from the network.</param>
    /// <param name="messageId">The spool's id; letters and digits, at most 40.</param>
    /// <param name="received">Orders the messages of a mailbox; the same at a repetition.</param>
    /// <param name="content">The message in its final form.</param>
    /// <param name="mayBeDuplicate">The delivery may have happened before (a crash or a failure came between): if a
    /// message of this name is there, read or unread, nothing happens, so that one copy stays. Costs one listing of the
    /// mailbox.</param>
    Fault Deliver(string home, string messageId, DateTimeOffset received, MessageContent content, bool mayBeDuplicate);

    /// <summary>
    /// As <see cref="Deliver"/>, into a folder of the mailbox, which is made if need be; a message of this name that is
    /// there already stays the only copy.
    /// </summary>
    /// <param name="folder">From <see cref="SubFolder.TryParse"/>.</param>
    Fault DeliverInto(string home, string folder, string messageId, DateTimeOffset received, MessageContent content);

    /// <summary>
    /// Returns when every delivery so far is durable. After a failure those deliveries are still owed to the next call.
    /// </summary>
    Fault Sync();

    /// <summary>
    /// Takes the maildrop's lock and a snapshot (RFC 1939 §8). <see cref="Fault.Locked"/> if another session has it.
    /// </summary>
    Fault Open(string home, out IMaildrop maildrop);

    /// <summary>As <see cref="Open(string, out IMaildrop)"/>, a folder of the mailbox, which is made if need be; its
    /// lock is its own.</summary>
    /// <param name="folder">From <see cref="SubFolder.TryParse"/>; empty for the mailbox itself.</param>
    Fault Open(string home, string folder, out IMaildrop maildrop);

    /// <summary>
    /// As <see cref="Open(string, string, out IMaildrop)"/>, without the lock, so beside whoever has it: nothing of it
    /// can be deleted (<see cref="Fault.State"/>), and no name is corrected.
    /// </summary>
    Fault OpenShared(string home, string folder, out IMaildrop maildrop);

    /// <summary>Whether a folder is there: <see cref="Fault.None"/>, or <see cref="Fault.NotFound"/>.</summary>
    /// <param name="folder">From <see cref="SubFolder.TryParse"/>.</param>
    Fault FindFolder(string home, string folder);

    /// <summary>The folders of a mailbox, as <see cref="SubFolder.TryParse"/> gives them, in the order of their
    /// names; a mailbox that is not there yet has none.</summary>
    Fault ListFolders(string home, out IReadOnlyList<string> folders);

    /// <summary>The unique id (<see cref="IMessageList.UniqueId"/>) of a message that is delivered under this
    /// id.</summary>
    string UniqueIdOf(string messageId, DateTimeOffset received);
}
