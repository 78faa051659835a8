using System.Diagnostics.CodeAnalysis;
using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Local;

/// <summary>
/// A message of the old module's queue that the spool has taken over. Its envelope has one recipient more, who is
/// nobody: that one is done when the old file is noted as taken over. So message and note cannot come apart: one record
/// of the spool has both, and a start that finds the record makes the note before anything else is taken over.
/// </summary>
/// <param name="Folder">The old queue's, from the root on.</param>
/// <param name="Name">Of the file in it.</param>
/// <param name="Digest">Of its octets.</param>
internal sealed record ImportedMail(string Folder, string Name, string Digest)
{
    // No user's name holds a TAB.
    private const string Prefix = "import\t";

    /// <summary>All that are on their way begin so.</summary>
    public static bool IsOne(string maildrop) => maildrop.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads <see cref="Recipient.Maildrop"/>.</summary>
    public static bool TryRead(string maildrop, [NotNullWhen(true)] out ImportedMail? mail)
    {
        mail = IsOne(maildrop) && maildrop.Split('\t', 4) is [_, var digest, var name, var folder]
            ? new ImportedMail(folder, name, digest)
            : null;
        return mail is not null;
    }

    /// <summary>The recipient who is nobody; no report is ever made for it.</summary>
    public Recipient ToRecipient()
        => MailAddress.TryParse("postmaster", out MailAddress address)
            ? new Recipient(address, ToString()) { Notify = Notify.Never }
            : throw new InvalidOperationException();

    /// <summary>As <see cref="Recipient.Maildrop"/>.</summary>
    public override string ToString() => $"{Prefix}{Digest}\t{Name}\t{Folder}";

    /// <summary>Notes the old file as taken over. Blocks: workers only.</summary>
    /// <returns>A folder that is gone takes its notes with it: None.</returns>
    public Fault Note(FileCalls calls)
    {
        int result = HomeFolder.Open(calls, Folder, out HomeFolder? folder);
        if (result == -Errno.NoEntry)
            return Fault.None;
        if (result < 0)
            return SystemFault.Of(result);
        using (folder)
            return new ImportedFiles(calls, folder!).Add([(Digest, Name)]);
    }
}
