using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>
/// Keeps the header of a message for a list or an alias while it comes in, to see whether that has had the message
/// before. One message; one thread at a time.
/// </summary>
internal sealed class LoopWatch
{
    private const int HeaderLimit = 64 * 1024;

    private readonly List<string> _lists;
    private readonly MemoryStream _header = new();
    private bool _isOver;

    private LoopWatch(List<string> lists) => _lists = lists;

    /// <summary>Null where no recipient is a list or an alias: nothing is kept then.</summary>
    public static LoopWatch? For(Envelope envelope, RelayPolicy rules)
    {
        if (rules.Lists.IsEmpty)
            return null;
        List<string> lists = [.. envelope.Recipients.Where(one => rules.Lists.Find(one.Address) is not null)
            .Select(one => one.Maildrop!)];
        return lists.Count == 0 ? null : new LoopWatch(lists);
    }

    /// <param name="content">The next octets, lines with CRLF.</param>
    public void Add(ReadOnlySpan<byte> content)
    {
        if (_isOver)
            return;
        int before = (int)Math.Max(0, _header.Length - 3);
        _header.Write(content[..Math.Min(content.Length, HeaderLimit - (int)_header.Length)]);
        ReadOnlySpan<byte> fresh = _header.GetBuffer().AsSpan(before, (int)_header.Length - before);
        _isOver = _header.Length >= HeaderLimit || fresh.IndexOf("\r\n\r\n"u8) >= 0;
    }

    /// <summary>The message has been sent on by one of its recipients before, as its Delivered-To fields say.</summary>
    public bool IsLoop(RelayPolicy rules)
    {
        _header.Position = 0;
        return MessageHeader.Read(_header).DeliveredTo()
            .Any(address => rules.Lists.Find(address) is { } list && _lists.Contains(list.Maildrop));
    }
}
