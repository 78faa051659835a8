using System.Globalization;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>What a server waits for that is no command, as far as the host has sent it.</summary>
internal sealed class ClientContent
{
    /// <summary>A cancel is seen after so many octets.</summary>
    private const int StepLength = 1024 * 1024;

    private BareLineEnds _lineEnds;

    /// <summary>Pieces have gone out since <see cref="Begin"/>.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Octets of a chunk that the host has announced by a BDAT of its own.</summary>
    public long OwedOctets { get; set; }

    /// <summary>The server waits for content.</summary>
    public void Begin()
    {
        _lineEnds = default;
        HasBegun = false;
    }

    /// <summary>Octets go out as they are.</summary>
    public void SayRaw(int length) => HasBegun |= length > 0;

    /// <summary>A piece as the host gives it.</summary>
    /// <param name="isCancelled">Asked now and then: then it does not matter any more what the piece holds.</param>
    /// <returns>Why it cannot go out; null: it counts as said.</returns>
    public string? FindProblem(ReadOnlySpan<byte> piece, bool isLast, bool convertsLineEnds, Func<bool> isCancelled)
    {
        if (convertsLineEnds)
            _lineEnds.Pass(piece);
        else if (FindBare(piece, isLast, isCancelled) is { } at)
            return at < 0
                ? "octets do not go on with LF where the piece before ended with CR, and MM_SMTP_CONVERT_EOL is not set"
                : string.Create(CultureInfo.InvariantCulture,
                    $"octets have a bare {NameOf(piece[at])} at {at}, and MM_SMTP_CONVERT_EOL is not set");
        HasBegun = true;
        return null;
    }

    private static string NameOf(byte lineEnd) => lineEnd == '\n' ? "LF" : "CR";

    private int? FindBare(ReadOnlySpan<byte> piece, bool isLast, Func<bool> isCancelled)
    {
        BareLineEnds ends = _lineEnds;
        int at = 0;
        do
        {
            int length = Math.Min(StepLength, piece.Length - at);
            bool isEnd = at + length == piece.Length;
            if (ends.Find(piece.Slice(at, length), isLast && isEnd) is { } found)
                return at + found;
            at += length;
        }
        while (at < piece.Length && !isCancelled());
        _lineEnds = ends;
        return null;
    }
}
