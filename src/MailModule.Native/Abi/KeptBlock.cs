namespace MailModule.Native.Abi;

/// <summary>
/// Texts about one thing that were given to the host: they live until those about another are asked for. Not for two
/// threads at once.
/// </summary>
internal sealed class KeptBlock
{
    private object? _thing;
    private nint _memory;
    private nint[] _places = [];

    /// <summary>Where each text is.</summary>
    /// <param name="texts">Called if the thing is not the one of the last call; null is as empty.</param>
    public nint[] Of(object thing, Func<string?[]> texts)
    {
        if (thing.Equals(_thing))
            return _places;
        string?[] found = texts();
        Free();
        _places = new nint[found.Length];
        _memory = TextBlock.Allocate(found, _places);
        _thing = thing;
        return _places;
    }

    public void Free()
    {
        Text.Free(_memory);
        _memory = 0;
        _thing = null;
        _places = [];
    }
}
