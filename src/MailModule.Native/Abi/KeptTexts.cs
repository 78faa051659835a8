namespace MailModule.Native.Abi;

/// <summary>
/// Texts of settings that were given to the host: each lives until it is asked for again after it has changed. One for
/// a key, so bounded.
/// </summary>
internal sealed class KeptTexts
{
    private readonly Dictionary<string, (string Text, nint Copy)> _texts = [];

    public nint Keep(string key, string text)
    {
        lock (_texts)
        {
            if (_texts.TryGetValue(key, out var kept))
            {
                if (kept.Text == text)
                    return kept.Copy;
                Text.Free(kept.Copy);
            }
            nint copy = Text.Allocate(text);
            _texts[key] = (text, copy);
            return copy;
        }
    }
}
