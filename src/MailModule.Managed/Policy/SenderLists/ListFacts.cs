using System.Globalization;
using System.Net;
using System.Text;
using MailModule.Authentication;
using MailModule.Mail;
using MailModule.Policy.Expressions;
using MailModule.Primitives.Os;

namespace MailModule.Policy.SenderLists;

/// <summary>What a list of senders knows of a message: its envelope. One thread at a time.</summary>
internal class ListFacts : IExpressionFacts
{
    /// <summary>Characters of the control line at most; recipients beyond are left out.</summary>
    private const int ControlLimit = 16 * 1024;

    /// <param name="recipients">Those that the line names.</param>
    public ListFacts(Envelope envelope, IEnumerable<MailAddress> recipients)
    {
        Client = envelope.Client?.Address;
        Sender = envelope.ReversePath.Text;
        Hello = envelope.Helo;
        Control = ControlLine(envelope, recipients);
    }

    public IPAddress? Client { get; }
    public string Sender { get; }
    public string Hello { get; }

    /// <summary>The line that the old module wrote above each message: <c>From sender (helo [address]) date For
    /// recipient recipient </c>.</summary>
    public string Control { get; }

    /// <summary>The name of the HELO leads to the client; null: nobody has looked.</summary>
    public bool? HelloChecksOut { get; set; }

    /// <summary>What checks have found out so far; null: nobody has looked.</summary>
    public MessageResults? Authentication { get; set; }

    /// <summary>Where files of expressions count from, and with whose rights they are looked at; null: ours.</summary>
    public string? Home { get; set; }

    public virtual string Variable(string name) => name switch
    {
        "sender" => Sender,
        "hello" => Hello,
        "control" => Control,
        ListFile.CheckHello => HelloChecksOut == true ? "1" : "0",
        _ => AuthenticationFacts.Variable(name, Authentication ?? MessageResults.Empty),
    };

    public virtual bool ContainsWord(string word) => Control.Contains(word, StringComparison.OrdinalIgnoreCase);

    public FileFacts? File(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            return null;
        FileStamp stamp;
        int result = Home is { } home
            ? HomeFolder.Look(FileCalls.Real, home, path, out stamp)
            : FileCalls.Real.Stat([.. Encoding.UTF8.GetBytes(path), 0], out stamp);
        return result < 0
            ? null
            : new FileFacts(stamp.IsDirectory ? 0 : stamp.Length, stamp.Modified / 1_000_000_000, stamp.Mode);
    }

    /// <summary>Whether a name is one that could check out: with a dot, no address, and not too long.</summary>
    public static bool MayCheckOut(string hello)
        => hello.Length is > 2 and < 64 && hello.Contains('.', StringComparison.Ordinal) && hello[0] != '['
            && !IPAddress.TryParse(hello, out _);

    private static string ControlLine(Envelope envelope, IEnumerable<MailAddress> recipients)
    {
        var line = new StringBuilder();
        string date = envelope.Received.UtcDateTime.ToString(
            "ddd, d MMM yyyy HH':'mm':'ss 'GMT'", CultureInfo.InvariantCulture);
        line.Append(CultureInfo.InvariantCulture,
            $"From {envelope.ReversePath.Text} ({envelope.Helo} [{envelope.Client?.Address}]) {date} For ");
        foreach (MailAddress recipient in recipients)
        {
            if (line.Length + recipient.Text.Length >= ControlLimit)
                break;
            line.Append(recipient.Text).Append(' ');
        }
        return line.ToString();
    }
}
