using System.Globalization;
using MailModule.Smtp.Client;

namespace MailModule.Engine.Sending;

/// <summary>What a server waits for that is no command, as far as the host has sent it.</summary>
internal sealed class ClientContent
{
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

    /// <summary>A piece as the host gives it.</summary>
    /// <returns>Why it cannot go out; null: it counts as said.</returns>
    public string? FindProblem(ReadOnlySpan<byte> piece, bool isLast, bool convertsLineEnds)
    {
        if (convertsLineEnds)
            _lineEnds.Pass(piece);
        else if (_lineEnds.Find(piece, isLast) is { } at)
            return at < 0
                ? "octets do not go on with LF where the piece before ended with CR, and MM_SMTP_CONVERT_EOL is not set"
                : string.Create(CultureInfo.InvariantCulture,
                    $"octets have a bare {(piece[at] == '\n' ? "LF" : "CR")} at {at}, and MM_SMTP_CONVERT_EOL is not set");
        HasBegun = true;
        return null;
    }
}
