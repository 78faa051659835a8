namespace MailModule.Tests.Fuzz.Targets;

/// <summary>How octets come in: whole, one by one, or in pieces whose lengths follow from the octets.</summary>
internal enum Pieces
{
    Whole,
    Single,
    Uneven,
}

internal static class PiecesExtensions
{
    public static readonly Pieces[] Cut = [Pieces.Single, Pieces.Uneven];

    /// <summary>Where the piece ends that begins at <paramref name="at"/>.</summary>
    public static int EndOf(this Pieces pieces, ReadOnlySpan<byte> input, int at) => pieces switch
    {
        Pieces.Whole => input.Length,
        Pieces.Single => at + 1,
        _ => Math.Min(input.Length, at + 1 + (input[at] * 31 + at) % 11),
    };
}
