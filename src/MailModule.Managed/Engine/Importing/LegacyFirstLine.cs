using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Engine.Importing;

/// <summary>Who wrote a file of the old module's.</summary>
internal enum LegacyWriter
{
    /// <summary>Its SMTP server, octet by octet as the client sent it: leading dots are doubled.</summary>
    Smtp,
    /// <summary>Its web mail, its sendmail, itself: no dot is doubled.</summary>
    Own,
}

/// <summary>
/// The line that a file of the old module's begins with. In its queue
/// <c>From sender (helo [address]) Www, D Mon YYYY HH:MM:SS GMT For recipient recipient </c>, in a mailbox the same
/// with <c>Received: f</c> for the F, without the recipients. Immutable.
/// </summary>
/// <param name="Sender">As it stands there; empty for the null path.</param>
/// <param name="Source">What stands in the parentheses.</param>
/// <param name="Received">When the message came in.</param>
/// <param name="Recipients">Of a queue; none in a mailbox.</param>
internal sealed record LegacyFirstLine(
    string Sender, string Source, DateTimeOffset Received, IReadOnlyList<string> Recipients)
{
    /// <summary>What is longer is no such line.</summary>
    public const int Longest = 4 << 20;

    private const string Redirected = "[redirect from ";
    private const string DateEnd = " GMT";
    private static readonly string[] s_ownWriters = ["via Web", "via SndMsg"];

    /// <summary>The client's name; empty where no client is named.</summary>
    public string Helo => Client is null ? "" : Source[..Source.LastIndexOf('[')].Trim();

    /// <summary>The client of the SMTP server; null: it did not come by SMTP, or it is not told from whom.</summary>
    public IPAddress? Client
        => Writer == LegacyWriter.Smtp && Source.EndsWith(']')
            && IPAddress.TryParse(Source[(Source.LastIndexOf('[') + 1)..^1], out IPAddress? address) ? address : null;

    // What was redirected was received before; a bounce has a name alone.
    public LegacyWriter Writer
        => !Source.Contains('[')
            || Array.Exists(s_ownWriters, own => Source.StartsWith(own, StringComparison.OrdinalIgnoreCase))
            ? LegacyWriter.Own : LegacyWriter.Smtp;

    /// <summary>Whose forward file has sent it on; null: nobody's.</summary>
    public string? RedirectedFrom
        => Source.IndexOf(Redirected, StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            ? Source[(at + Redirected.Length)..].TrimEnd(']') : null;

    /// <param name="line">Without its end.</param>
    /// <param name="isQueue">Of the queue, not of a mailbox.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> line, bool isQueue, [NotNullWhen(true)] out LegacyFirstLine? first)
    {
        first = null;
        ReadOnlySpan<byte> start = isQueue ? "From "u8 : "Received: from "u8;
        if (!line.StartsWith(start) || line.ContainsAny((byte)0, (byte)'\r'))
            return false;
        string text = Encoding.UTF8.GetString(line[start.Length..]);
        int open = text.StartsWith('(') ? 0 : text.IndexOf(" (", StringComparison.Ordinal);
        if (open < 0)
            return false;
        string sender = text[..open];
        string rest = text[(open + (sender.Length > 0 || text[0] == ' ' ? 2 : 1))..];
        for (int close = rest.IndexOf(") ", StringComparison.Ordinal); close >= 0;
            close = rest.IndexOf(") ", close + 1, StringComparison.Ordinal))
            if (TryReadEnd(rest[(close + 2)..], isQueue, out DateTimeOffset received, out string[] recipients))
            {
                first = new LegacyFirstLine(sender.Trim(), rest[..close], received, recipients);
                return true;
            }
        return false;
    }

    private static bool TryReadEnd(string text, bool isQueue, out DateTimeOffset received, out string[] recipients)
    {
        recipients = [];
        int end = text.IndexOf(DateEnd, StringComparison.Ordinal);
        if (end < 0 || !TryReadDate(text[..end], out received))
        {
            received = default;
            return false;
        }
        string rest = text[(end + DateEnd.Length)..];
        if (!isQueue)
            return rest.Trim().Length == 0;
        if (!rest.StartsWith(" For ", StringComparison.Ordinal))
            return false;
        recipients = Split(rest[" For ".Length..]);
        return true;
    }

    // "Www, D Mon YYYY HH:MM:SS": the day of the week says nothing that the rest does not.
    private static bool TryReadDate(string text, out DateTimeOffset date)
    {
        date = default;
        return text.Length > 5 && text[3] == ',' && text[4] == ' '
            && DateTimeOffset.TryParseExact(
                text[5..], "d MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowLeadingWhite, out date);
    }

    // One blank between them, and one behind the last; a local part in quotes may have blanks of its own.
    private static string[] Split(string text)
    {
        var all = new List<string>();
        bool isQuoted = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\' && isQuoted)
                i++;
            else if (i < text.Length && text[i] == '"')
                isQuoted = !isQuoted;
            else if (i == text.Length || text[i] == ' ' && !isQuoted)
            {
                if (i > start)
                    all.Add(text[start..i]);
                start = i + 1;
            }
        }
        if (start < text.Length)
            all.Add(text[start..]);
        return [.. all];
    }
}
