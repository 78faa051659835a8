using System.Numerics;
using System.Text;

namespace MailModule.Lines;

/// <summary>
/// Finds what belongs to a verb, the first word of a command line, whatever the case of its letters. Immutable; any
/// thread.
/// </summary>
internal sealed class VerbTable<TRow>
    where TRow : class
{
    // A hash table with open addressing, a quarter full at most: a search for any word comes to an empty slot.
    private readonly byte[]?[] _words;
    private readonly TRow?[] _rows;

    /// <param name="rows">Their verbs differ.</param>
    /// <param name="verbOf">The verb of a row, in ASCII.</param>
    public VerbTable(IReadOnlyCollection<TRow> rows, Func<TRow, string> verbOf)
    {
        _rows = new TRow?[BitOperations.RoundUpToPowerOf2((uint)rows.Count * 4 + 1)];
        _words = new byte[]?[_rows.Length];
        foreach (TRow row in rows)
            Add(Encoding.ASCII.GetBytes(verbOf(row)), row);
    }

    /// <summary>Null for a word that is no verb of the table.</summary>
    public TRow? Find(ReadOnlySpan<byte> word) => _rows[SlotOf(word)];

    private void Add(byte[] word, TRow row)
    {
        int slot = SlotOf(word);
        if (_words[slot] is not null)
            throw new ArgumentException($"{Encoding.ASCII.GetString(word)} is in the table twice");
        (_words[slot], _rows[slot]) = (word, row);
    }

    /// <summary>The slot of the word, or the empty one where it would be.</summary>
    private int SlotOf(ReadOnlySpan<byte> word)
    {
        uint hash = (uint)word.Length;
        foreach (byte octet in word[..Math.Min(word.Length, 8)])
            hash = hash * 31 + (octet | 0x20u);
        int slot = (int)hash & _words.Length - 1;
        while (_words[slot] is { } other && !Ascii.EqualsIgnoreCase(word, other))
            slot = slot + 1 & _words.Length - 1;
        return slot;
    }
}
