namespace MailModule.Engine.Settings;

/// <summary>
/// How many slips of the pen lie between two words, in any case: a letter too many, missing, wrong, or two letters
/// that have changed places.
/// </summary>
internal static class EditDistance
{
    private const int LongestWord = 32;

    /// <summary>So many slips are believed in a word: in a short one few. Below 0: in none of that length.</summary>
    public static int LimitFor(string word) => word.Length switch
    {
        < 4 => 0,
        < 8 => 1,
        <= LongestWord => 2,
        _ => -1,
    };

    /// <summary>The distance; above <paramref name="limit"/> any number above it.</summary>
    public static int Of(string one, string other, int limit)
    {
        if (limit < 0 || Math.Abs(one.Length - other.Length) > limit)
            return limit + 1;
        // Three rows of the usual table: the one in work and the two before it.
        int[] last = new int[other.Length + 1], row = new int[other.Length + 1], before = [];
        for (int j = 0; j < row.Length; j++)
            row[j] = j;
        for (int i = 1; i <= one.Length; i++)
        {
            (before, last, row) = (last, row, new int[other.Length + 1]);
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int change = last[j - 1] + (IsSame(one[i - 1], other[j - 1]) ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(last[j], row[j - 1]) + 1);
                bool isSwap = i > 1 && j > 1 && IsSame(one[i - 1], other[j - 2]) && IsSame(one[i - 2], other[j - 1]);
                if (isSwap)
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }
        return row[^1];
    }

    private static bool IsSame(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
