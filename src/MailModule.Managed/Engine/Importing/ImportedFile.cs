using MailModule.Primitives;

namespace MailModule.Engine.Importing;

/// <summary>One file of the old module's, and what became of it. Immutable.</summary>
/// <param name="Path">From the root on.</param>
/// <param name="User">Whose mailbox; empty: it is of the queue.</param>
/// <param name="Folder">Of the mailbox; empty: the mailbox itself.</param>
/// <param name="Octets">Of the file.</param>
/// <param name="Fault">None: taken over, or would be; else why not.</param>
/// <param name="Text">What went wrong, in words.</param>
/// <param name="IsKnown">It was taken over before.</param>
public sealed record ImportedFile(
    string Path, string User, string Folder, long Octets, Fault Fault = Fault.None, string Text = "",
    bool IsKnown = false);
