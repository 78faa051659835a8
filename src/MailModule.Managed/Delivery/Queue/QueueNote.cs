using System.Text;
using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Delivery.Queue;

/// <summary>
/// What the spool keeps with a queued message, so that a start goes on where the last one ended: attempts, next attempt
/// and last result for each recipient, whether it is held, which DSNs were sent. A note that cannot be read counts as
/// none: the message is then tried at once.
/// </summary>
/// <remarks>
/// version 1 · flags (1 held, 2 DSN of delay sent, 4 DSN of failures sent) · count · for each open recipient: index,
/// attempts, next attempt (UTC ticks), failed or relayed, and 0, or 1 and the last result: kind, fault, reply code,
/// status, text, host, TLS, time. Numbers as BinaryWriter's 7-bit integers or 64 bits, text as its strings.
/// </remarks>
internal static class QueueNote
{
    private const byte Version = 1;
    private const byte Held = 1;
    private const byte DelayDsnSent = 2;
    private const byte FailureDsnSent = 4;
    private const int Limit = 1024 * 1024;

    private static readonly Dictionary<int, DateTimeOffset> s_none = [];

    /// <summary>
    /// The note, cut so that it stays below the spool's limit: with many recipients the texts of their results are
    /// shortened.
    /// </summary>
    /// <returns>Null: even without those texts it is too long.</returns>
    public static byte[]? Write(QueueItem item)
    {
        foreach (int words in (ReadOnlySpan<int>)[int.MaxValue, 80, 0])
            if (Write(item, words) is { Length: <= Limit } octets)
                return octets;
        return null;
    }

    private static byte[] Write(QueueItem item, int words)
    {
        using var octets = new MemoryStream(128);
        using var writer = new BinaryWriter(octets, Encoding.UTF8);
        QueueRecipient[] open = [.. item.Recipients.Where(recipient => !recipient.IsDone)];
        writer.Write(Version);
        writer.Write((byte)((item.IsHeld ? Held : 0) | (item.IsDelayDsnSent ? DelayDsnSent : 0)
            | (item.IsFailureDsnSent ? FailureDsnSent : 0)));
        writer.Write7BitEncodedInt(open.Length);
        foreach (QueueRecipient recipient in open)
            Write(writer, recipient, words);
        writer.Flush();
        return octets.ToArray();
    }

    /// <summary>Restores what the note says of recipients that are still open, and returns when each is due.</summary>
    /// <returns>By envelope index. A recipient without an entry is due at once; <see cref="DateTimeOffset.MaxValue"/>:
    /// it failed for good or was relayed, as its last result says, and its DSN is due.</returns>
    public static Dictionary<int, DateTimeOffset> Read(
        ReadOnlyMemory<byte> note, QueueItem item, StateCounts counts)
    {
        if (note.IsEmpty)
            return s_none;
        var due = new Dictionary<int, DateTimeOffset>();
        using var reader = new BinaryReader(new MemoryStream(note.ToArray()), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version)
                return due;
            byte flags = reader.ReadByte();
            for (int i = reader.Read7BitEncodedInt(); i > 0; i--)
                Read(reader, item, due);
            item.SetHeld((flags & Held) != 0, counts);
            item.IsDelayDsnSent = (flags & DelayDsnSent) != 0;
            item.IsFailureDsnSent = (flags & FailureDsnSent) != 0;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            due.Clear();
        }
        return due;
    }

    private static void Write(BinaryWriter writer, QueueRecipient recipient, int words)
    {
        writer.Write7BitEncodedInt(recipient.Index);
        writer.Write7BitEncodedInt(recipient.Attempts);
        writer.Write(recipient.NextAttempt?.UtcTicks ?? 0);
        writer.Write(recipient.State is QueueState.Failed or QueueState.Relayed);
        writer.Write(recipient.Last is not null);
        if (recipient.Last is { } last)
            Write(writer, last, recipient.LastAt, words);
    }

    private static void Write(BinaryWriter writer, AttemptResult result, DateTimeOffset at, int words)
    {
        writer.Write((byte)result.Kind);
        writer.Write7BitEncodedInt((int)result.Fault);
        writer.Write7BitEncodedInt(result.ReplyCode);
        writer.Write(result.Status);
        string text = result.Text;
        writer.Write(text.Length <= words ? text : text[..words]);
        writer.Write(result.Speaker);
        writer.Write(result.Tls ?? "");
        writer.Write(at.UtcTicks);
    }

    private static void Read(BinaryReader reader, QueueItem item, Dictionary<int, DateTimeOffset> due)
    {
        int index = reader.Read7BitEncodedInt();
        int attempts = reader.Read7BitEncodedInt();
        var next = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        bool final = reader.ReadBoolean();
        AttemptResult? last = reader.ReadBoolean() ? ReadResult(reader) : null;
        DateTimeOffset at = last is null ? default : new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        QueueRecipient? recipient = Array.Find(item.Recipients, one => one.Index == index);
        if (recipient is null)
            return;
        recipient.Attempts = attempts;
        if (last is not null)
            recipient.Keep(last, at);
        due[index] = final && last is not null ? DateTimeOffset.MaxValue : next;
    }

    private static AttemptResult ReadResult(BinaryReader reader)
    {
        var kind = (AttemptResultKind)reader.ReadByte();
        var fault = (Fault)reader.Read7BitEncodedInt();
        int code = reader.Read7BitEncodedInt();
        string status = reader.ReadString();
        string text = reader.ReadString();
        string host = reader.ReadString();
        string tls = reader.ReadString();
        return AttemptResult.Kept(kind, fault, code, status, text, host, tls.Length == 0 ? null : tls);
    }
}
