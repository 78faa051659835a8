using MailModule.Primitives;

namespace MailModule.Mime;

/// <summary>
/// What a MIME reader is given of a message, with limits in front of it, for it has none of its own: behind a header
/// that is too long, or has too many parameters, and behind too many parts, the message ends for the reader.
/// </summary>
/// <remarks>
/// The reader's work is linear in a message's length but for header blocks: folded lines are gathered by copying, and
/// each parameter is compared with those before it. So a block, its semicolons and all blocks together have bounds.
/// Octets count that are asked for while the reader is inside a header, which is up to a buffer more than the header.
/// </remarks>
internal sealed class MeteredStream(Stream inner) : ReadOnlyStream
{
    public const int MaxDepth = 32;
    public const int MaxParts = 10_000;
    public const int MaxHeader = 256 * 1024;
    public const int MaxHeaders = 1024 * 1024;
    public const int MaxParameters = 2_000;

    /// <summary>RFC 2046 §5.1.1 allows 70; the reader finds none that its buffer does not hold.</summary>
    public const int MaxBoundary = 1000;

    private int _header = -1;
    private int _headers;
    private int _parameters;
    private int _parts;

    /// <summary>A limit is passed: what was read since means nothing.</summary>
    public bool IsOverLimit { get; private set; }

    public void BeginHeader()
    {
        _header = 0;
        _parameters = 0;
    }

    public void EndHeader() => _header = -1;

    public void AddPart(string? boundary)
    {
        if (++_parts > MaxParts || boundary is { Length: > MaxBoundary })
            IsOverLimit = true;
    }

    public override int Read(Span<byte> buffer)
    {
        int count = IsOverLimit ? 0 : inner.Read(buffer);
        if (_header >= 0)
            Measure(buffer[..Math.Max(0, count)]);
        return IsOverLimit ? 0 : count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Measure(ReadOnlySpan<byte> octets)
    {
        _header += octets.Length;
        _headers += octets.Length;
        _parameters += octets.Count((byte)';');
        IsOverLimit |= _header > MaxHeader || _headers > MaxHeaders || _parameters > MaxParameters;
    }
}
