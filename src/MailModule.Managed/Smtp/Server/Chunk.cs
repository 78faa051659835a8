using System.Text;
using MailModule.Lines;

namespace MailModule.Smtp.Server;

/// <summary>A chunk of content that BDAT has announced (RFC 3030 §2): what of it is still to come.</summary>
internal struct Chunk
{
    // RFC 3030 §2 has no bound for a number; no message has more octets than this one says
    private const int MostDigits = 18;

    private long _left;

    /// <summary>It was announced: the content comes in chunks.</summary>
    public bool IsAnnounced { get; private set; }

    /// <summary>The client has not had its reply yet.</summary>
    public bool OwesReply { get; private set; }

    /// <summary>One was refused, and with it the transaction; more may be on their way, up to the last one.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>The content ends with it.</summary>
    public bool IsLast { get; private set; }

    /// <summary>Its octets have all been read.</summary>
    public readonly bool IsAtEnd => _left == 0;

    /// <summary>
    /// Reads BDAT's argument, chunk-size [SP "LAST"]. False: how many octets follow is not known.
    /// </summary>
    /// <param name="isGood">False: it has something behind the number that means nothing.</param>
    public static bool TryParse(ReadOnlySpan<byte> argument, out Chunk chunk, out bool isGood)
    {
        int end = argument.IndexOf((byte)' ');
        ReadOnlySpan<byte> number = end < 0 ? argument : argument[..end];
        ReadOnlySpan<byte> word = end < 0 ? default : argument[end..].TrimStart((byte)' ');
        chunk = new Chunk { IsLast = Ascii.EqualsIgnoreCase(word, "LAST"u8), IsAnnounced = true, OwesReply = true };
        isGood = end < 0 || chunk.IsLast;
        ReadOnlySpan<byte> digits = number.TrimStart((byte)'0');
        bool isNumber = !number.IsEmpty && number.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        if (!isNumber || digits.Length > MostDigits)
            return false;
        foreach (byte digit in digits)
            chunk._left = chunk._left * 10 + (digit - '0');
        return true;
    }

    /// <summary>The one behind it takes its place.</summary>
    public void Follow(Chunk next)
    {
        next.HasFailed = HasFailed;
        this = next;
    }

    /// <summary>The client gets its reply.</summary>
    /// <param name="hasFailed">The transaction has failed with it.</param>
    public void End(bool hasFailed)
    {
        OwesReply = false;
        HasFailed = (HasFailed || hasFailed) && !IsLast;
    }

    /// <summary>
    /// Takes octets of the chunk from the front of the input; gives the next piece of content, or nothing if the input
    /// is used up, or the chunk at its end.
    /// </summary>
    public bool TryRead(ref DotReader reader, scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> content)
    {
        content = default;
        while (_left > 0 && !input.IsEmpty)
        {
            ReadOnlySpan<byte> rest = input.Length > _left ? input[..(int)_left] : input;
            int length = rest.Length;
            bool isThere = reader.TryRead(ref rest, out content);
            int taken = length - rest.Length;
            input = input[taken..];
            _left -= taken;
            if (isThere)
                return true;
        }
        return _left == 0 && IsLast && !reader.AtEnd && reader.TryEnd(out content);
    }
}
