using MailModule.Primitives;

namespace MailModule.Mime.Composing;

/// <summary>
/// A message that is made of fields, texts and attachments, and then read, once: nothing of it is in memory but what
/// was given there, and the piece in hand. By one thread at a time.
/// </summary>
public sealed class ComposedMessage : IDisposable
{
    private readonly ComposedHeader _header = new();
    private readonly List<(Attachment Attachment, Entity Part)> _attachments = [];
    private readonly TimeProvider _clock;
    private string? _text;
    private string? _html;
    private IEnumerator<Stream>? _pieces;
    private Fault _failed;
    private string? _failure;
    private bool _isEnd;

    /// <param name="clock">For the field Date.</param>
    public ComposedMessage(TimeProvider clock) => _clock = clock;

    /// <summary>It is being read: nothing can be added.</summary>
    public bool IsBegun => _pieces is not null;

    public Fault AddField(string name, string text) => IsBegun ? Begun : _header.Add(name, text);

    /// <param name="text">Null: none.</param>
    public Fault SetText(string? text)
    {
        if (IsBegun)
            return Begun;
        _text = text;
        return Fault.None;
    }

    /// <inheritdoc cref="SetText"/>
    public Fault SetHtml(string? html)
    {
        if (IsBegun)
            return Begun;
        _html = html;
        return Fault.None;
    }

    /// <exception cref="IOException">A message that is attached cannot be read.</exception>
    public Fault Attach(Attachment attachment)
    {
        if (IsBegun)
            return Begun;
        if (attachment.FindProblem() is { } problem)
            return FaultReason.Because(Fault.Argument, problem);
        Fault fault = attachment.MakePart(out Entity? part);
        if (fault == Fault.None)
            _attachments.Add((attachment, part!));
        return fault;
    }

    /// <summary>The next octets of the message; 0 at its end.</summary>
    public Fault Read(Span<byte> buffer, out int count)
    {
        count = 0;
        if (_failed != Fault.None)
            return FaultReason.Because(_failed, _failure);
        if (!IsBegun && _header.FindProblem() is { } problem)
            return FaultReason.Because(Fault.State, problem);
        try
        {
            count = ReadPieces(buffer);
            return Fault.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failed = e is FileNotFoundException or DirectoryNotFoundException ? Fault.NotFound : Fault.Io;
            _failure = $"an attachment cannot be read: {ExceptionWords.Of(e)}";
            Dispose();
            return FaultReason.Because(_failed, _failure);
        }
    }

    public void Dispose()
    {
        if (_pieces is not null && !_isEnd)
            _pieces.Current?.Dispose();
        _isEnd = true;
    }

    private static Fault Begun => FaultReason.Because(Fault.State, "the message is being read");

    private int ReadPieces(Span<byte> buffer)
    {
        if (_pieces is null)
        {
            _pieces = Pieces().GetEnumerator();
            _pieces.MoveNext();
        }
        while (!_isEnd)
        {
            if (_pieces.Current.Read(buffer) is > 0 and var count)
                return count;
            _pieces.Current.Dispose();
            _isEnd = !_pieces.MoveNext();
        }
        return 0;
    }

    private IEnumerable<Stream> Pieces()
    {
        yield return new MemoryStream(System.Text.Encoding.UTF8.GetBytes(_header.Write(_clock.GetLocalNow())));
        foreach (Stream piece in Content().Pieces())
            yield return piece;
    }

    /// <summary>
    /// RFC 2046 §5.1.4: the same in two forms; RFC 2387: HTML with what it shows; RFC 2046 §5.1.3: what goes with it.
    /// </summary>
    private Entity Content()
    {
        List<Entity> shown = [.. Parts(isShown: true)];
        List<Entity> parts = [.. Parts(isShown: false)];
        Entity? html = _html is null ? null : TextPart.Make("html", _html);
        if (html is not null && shown.Count > 0)
            html = new Multipart("multipart/related; type=\"text/html\"", [html, .. shown]);
        bool hasNoText = _text is null && (html is not null || parts.Count > 0);
        Entity? text = hasNoText ? null : TextPart.Make("plain", _text ?? "");
        if (text is not null && html is not null)
            text = new Multipart("multipart/alternative", [text, html]);
        if ((text ?? html) is { } first)
            parts.Insert(0, first);
        bool isAlone = parts.Count == 1 && (text ?? html) is not null;
        return isAlone ? parts[0] : new Multipart("multipart/mixed", parts);
    }

    private IEnumerable<Entity> Parts(bool isShown)
        => _attachments.Where(one => (_html is not null && one.Attachment.ContentId is not null) == isShown)
            .Select(one => one.Part);
}
