using System.Buffers;
using System.Runtime.CompilerServices;
using MailModule.Primitives.Os;

namespace MailModule.Spool;

/// <summary>
/// Gives ids that are never given twice, not even by another spool: milliseconds at the start, a random number for this
/// run, and a count, 23 letters and digits in all; capitals alone where names of files know no case. Any thread.
/// </summary>
internal sealed class MessageIds
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int DigitsOfOneCase = 36;
    private const int RunLength = 16;
    private const int CountLength = 7;

    private static readonly SearchValues<char> Allowed = SearchValues.Create(Digits);

    private readonly string _run;
    private long _count = -1;

    public MessageIds()
    {
        Span<char> run = stackalloc char[RunLength];
        Write(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), run[..8]);
        RandomOctets.Choose(Digits.AsSpan(0, Radix), run[8..]);
        _run = new string(run);
    }

    // Ids are names of files. Eight digits of 36 hold the milliseconds until 2059.
    private static int Radix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => FilePath.IsOneInAnyCase ? DigitsOfOneCase : Digits.Length;
    }

    public string Next()
    {
        long count = Interlocked.Increment(ref _count);
        return string.Create(RunLength + CountLength, (_run, count), static (id, state) =>
        {
            state._run.CopyTo(id);
            Write(state.count, id[RunLength..]);
        });
    }

    /// <summary>Also what keeps a name read from a damaged disk from becoming a path.</summary>
    public static bool IsId(ReadOnlySpan<char> text)
        => text.Length is >= 10 and <= 24 && !text.ContainsAnyExcept(Allowed);

    private static void Write(long number, Span<char> place)
    {
        // The radix is inlined, so that it is a constant here: a division by any other number is slow.
        for (int i = place.Length - 1; i >= 0; i--, number /= Radix)
            place[i] = Digits[(int)(number % Radix)];
    }
}
