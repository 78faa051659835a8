namespace MailModule.Lines;

/// <summary>Takes the NULs out of a text.</summary>
internal static class NulOctets
{
    /// <summary>Cuts the octets up to the next NUL, and the NULs behind them, from the front of the text; gives the
    /// former, which may be none.</summary>
    public static ReadOnlySpan<byte> TakeRun(ref ReadOnlySpan<byte> text)
    {
        int nul = text.IndexOf((byte)0);
        ReadOnlySpan<byte> run = nul < 0 ? text : text[..nul];
        text = text[run.Length..].TrimStart((byte)0);
        return run;
    }
}
