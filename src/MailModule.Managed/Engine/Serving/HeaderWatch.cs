using MailModule.Delivery.Resending;
using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Engine.Serving;

/// <summary>
/// Keeps the header of a message while it comes in, where something in it counts: whether a list or an alias that it is
/// for has had it before, and with <c>smtp_conform</c> what it asks of reports. One message; one thread at a time.
/// </summary>
internal sealed class HeaderWatch
{
    private const int HeaderLimit = 64 * 1024;

    private readonly List<string> _lists;
    private readonly MemoryStream _header = new();
    private bool _isOver;

    private HeaderWatch(List<string> lists) => _lists = lists;

    /// <summary>Null where nothing in the header counts: nothing is kept then.</summary>
    public static HeaderWatch? For(Envelope envelope, RelayPolicy rules)
    {
        bool mayAsk = rules.Clients.HonoursReportFields && !envelope.IsFromStranger;
        if (rules.Lists.IsEmpty && !mayAsk)
            return null;
        List<string> lists = [.. envelope.Recipients.Where(one => rules.Lists.Find(one.Address) is not null)
            .Select(one => one.Maildrop!)];
        return lists.Count == 0 && !mayAsk ? null : new HeaderWatch(lists);
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

    /// <summary>
    /// <c>smtp_conform</c>: a field Generate-Delivery-Report asks for a DSN of success for the recipients of
    /// which nothing is said.
    /// </summary>
    public void HonourReportField(Envelope envelope, RelayPolicy rules)
    {
        if (!rules.Clients.HonoursReportFields || envelope.IsFromStranger || !HasReportField())
            return;
        for (int i = 0; i < envelope.Recipients.Count; i++)
            if (envelope.Recipients[i].Notify == Notify.Default)
                envelope.Recipients[i] = envelope.Recipients[i] with
                { Notify = Notify.Success | Notify.Failure | Notify.Delay };
    }

    private bool HasReportField()
    {
        var fields = new HeaderFields(_header.GetBuffer().AsSpan(0, (int)_header.Length));
        while (fields.MoveNext())
            if (fields.Is("Generate-Delivery-Report"u8))
                return true;
        return false;
    }

    /// <summary>The message has been sent on by one of its recipients before, as its Delivered-To fields say.</summary>
    public bool IsLoop(RelayPolicy rules)
    {
        _header.Position = 0;
        return MessageHeader.Read(_header).DeliveredTo()
            .Any(address => rules.Lists.Find(address) is { } list && _lists.Contains(list.Maildrop));
    }
}
