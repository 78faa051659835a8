namespace MailModule.Policy.Expressions;

/// <summary>
/// What an expression may ask about: a message, a client, files. Used by one thread at a time; may block where it reads
/// files.
/// </summary>
internal interface IExpressionFacts
{
    /// <summary>
    /// The value of a variable, by its name without the <c>$</c>; one of the names the expression was read with.
    /// </summary>
    string Variable(string name);

    /// <summary>Whether the message holds a word, in any case: <c>$in_text(word)</c>.</summary>
    bool ContainsWord(string word);

    /// <summary>
    /// What <c>exist</c>, <c>fsize</c>, <c>ftime</c> and <c>fmode</c> tell of a file; null if there is none.
    /// </summary>
    FileFacts? File(string path);
}

/// <summary>A file as expressions see it.</summary>
/// <param name="Length">Octets.</param>
/// <param name="Modified">Seconds since 1970.</param>
/// <param name="Mode">Permission bits.</param>
internal readonly record struct FileFacts(long Length, long Modified, int Mode);
