namespace MailModule.Smtp.Client;

/// <summary>
/// Finds a CR or an LF that is not part of a CRLF in content that comes in pieces cut anywhere. RFC 5321 §2.3.8: a
/// client must not send one.
/// </summary>
/// <remarks>
/// A CR at the end of a piece is taken for the first half of a CRLF; whether it is one shows the next piece, or the
/// end.
/// </remarks>
internal struct BareLineEnds
{
    private bool _afterCr;

    /// <summary>
    /// Looks at the next piece. It counts as said if there is none in it, and leaves no trace if there is.
    /// </summary>
    /// <returns>Where the first is; -1 for the end of the piece before; null: there is none.</returns>
    public int? Find(ReadOnlySpan<byte> piece, bool isLast)
    {
        bool afterCr = _afterCr;
        for (int at = 0; at < piece.Length; at++)
        {
            if (afterCr)
            {
                if (piece[at] != '\n')
                    return at - 1;
                afterCr = false;
                continue;
            }
            int next = piece[at..].IndexOfAny((byte)'\r', (byte)'\n');
            if (next < 0)
                break;
            at += next;
            if (piece[at] == '\n')
                return at;
            afterCr = true;
        }
        if (afterCr && isLast)
            return piece.Length - 1;
        _afterCr = afterCr;
        return null;
    }

    /// <summary>A piece is said whose line ends are converted, bare ones too.</summary>
    public void Pass(ReadOnlySpan<byte> piece)
    {
        if (!piece.IsEmpty)
            _afterCr = piece[^1] == '\r';
    }
}
