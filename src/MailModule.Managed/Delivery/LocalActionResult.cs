using MailModule.Primitives;

namespace MailModule.Delivery;

/// <summary>How a local action ended.</summary>
/// <param name="Fault">None, or why it is to be tried again later.</param>
/// <param name="Folders">Folders of the mailbox that get the message, the empty name for the inbox; it may be
/// none.</param>
internal sealed record LocalActionResult(Fault Fault, IReadOnlyList<string> Folders)
{
    public static readonly LocalActionResult Nowhere = new(Fault.None, []);
    public static readonly LocalActionResult Inbox = new(Fault.None, [""]);

    public static LocalActionResult Failed(Fault fault) => new(fault, []);

    /// <summary>The message as a command has changed it; null: as it is in the spool.</summary>
    public ChangedContent? Changed { get; init; }
}
