using System.Text;
using MailModule.Primitives;

namespace MailModule.Delivery.Queue;

/// <summary>
/// What the spool keeps with a queued message, so that a start goes on where the last one ended: attempts, next attempt and last words for each recipient, held,
/// noticed. A note that cannot be read counts as none: the message is then tried at once.
/// </summary>
/// <remarks>
/// version 1 · flags (1 held, 2 noticed) · count · for each open recipient: index, attempts, next attempt (UTC ticks), failed for good, and 0 or 1 for an outcome:
/// kind, fault, reply code, status, text, host, TLS, time. Numbers as BinaryWriter's 7-bit integers or 64 bits, text as its strings.
/// </remarks>
internal static class QueueNote
{
    private const byte Version = 1;
    private const byte Held = 1;
    private const byte Noticed = 2;
    private const int Limit = 1024 * 1024;

    /// <summary>What a spool keeps at most is kept to: with many recipients the last words become fewer.</summary>
    /// <returns>Null: even without words it is too long.</returns>
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
        Addressee[] open = [.. item.Addressees.Where(addressee => !addressee.IsDone)];
        writer.Write(Version);
        writer.Write((byte)((item.IsHeld ? Held : 0) | (item.IsNoticed ? Noticed : 0)));
        writer.Write7BitEncodedInt(open.Length);
        foreach (Addressee addressee in open)
            Write(writer, addressee, words);
        writer.Flush();
        return octets.ToArray();
    }

    /// <summary>Restores what the note says of recipients that are still open, and hands out when each is due; those it does not know are due at once.</summary>
    /// <returns>By envelope index; no entry: due at once. <see cref="DateTimeOffset.MaxValue"/>: failed for good, its report is owed.</returns>
    public static Dictionary<int, DateTimeOffset> Read(ReadOnlyMemory<byte> note, QueueItem item)
    {
        var due = new Dictionary<int, DateTimeOffset>();
        if (note.IsEmpty)
            return due;
        using var reader = new BinaryReader(new MemoryStream(note.ToArray()), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version)
                return due;
            byte flags = reader.ReadByte();
            for (int i = reader.Read7BitEncodedInt(); i > 0; i--)
                Read(reader, item, due);
            item.IsHeld = (flags & Held) != 0;
            item.IsNoticed = (flags & Noticed) != 0;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            due.Clear();
        }
        return due;
    }

    private static void Write(BinaryWriter writer, Addressee addressee, int words)
    {
        writer.Write7BitEncodedInt(addressee.Index);
        writer.Write7BitEncodedInt(addressee.Attempts);
        writer.Write(addressee.Job is { State: QueueState.Deferred } job ? job.Due.UtcTicks : 0);
        writer.Write(addressee.State == QueueState.Failed);
        writer.Write(addressee.Last is not null);
        if (addressee.Last is { } last)
            Write(writer, last, words);
    }

    private static void Write(BinaryWriter writer, Outcome outcome, int words)
    {
        writer.Write((byte)outcome.Kind);
        writer.Write7BitEncodedInt((int)outcome.Fault);
        writer.Write7BitEncodedInt(outcome.ReplyCode);
        writer.Write(outcome.Status);
        writer.Write(outcome.Text.Length <= words ? outcome.Text : outcome.Text[..words]);
        writer.Write(outcome.Host);
        writer.Write(outcome.Tls ?? "");
        writer.Write(outcome.At.UtcTicks);
    }

    private static void Read(BinaryReader reader, QueueItem item, Dictionary<int, DateTimeOffset> due)
    {
        int index = reader.Read7BitEncodedInt();
        int attempts = reader.Read7BitEncodedInt();
        var next = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        bool failed = reader.ReadBoolean();
        Outcome? last = reader.ReadBoolean() ? ReadOutcome(reader) : null;
        Addressee? addressee = item.Addressees.FirstOrDefault(one => one.Index == index);
        if (addressee is null)
            return;
        addressee.Attempts = attempts;
        addressee.Last = last;
        due[index] = failed && last is not null ? DateTimeOffset.MaxValue : next;
    }

    private static Outcome ReadOutcome(BinaryReader reader)
    {
        var kind = (OutcomeKind)reader.ReadByte();
        var fault = (Fault)reader.Read7BitEncodedInt();
        int code = reader.Read7BitEncodedInt();
        string status = reader.ReadString();
        string text = reader.ReadString();
        string host = reader.ReadString();
        string tls = reader.ReadString();
        return new Outcome(kind, fault, code, status, text, host, tls.Length == 0 ? null : tls, new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero));
    }
}
