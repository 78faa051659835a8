namespace MailModule.Authentication;

/// <summary>What the ARC chain of a message is worth (RFC 8617 §5.2).</summary>
/// <param name="Result">None, Pass, Fail; TempError: a name server did not answer.</param>
/// <param name="Text">What is wrong, for a human; empty: nothing.</param>
internal sealed record ArcResult(AuthResult Result, string Text = "")
{
    /// <summary>Sets that the message has; the highest i=.</summary>
    public int Instances { get; init; }

    /// <summary>The oldest instance whose message signature is still right (RFC 8617 §5.2, oldest-pass); 0: all are,
    /// or the chain fails.</summary>
    public int OldestPass { get; init; }

    /// <summary>The last message signature has l=, and the body is longer: whatever follows is nobody's word (RFC 6376
    /// §8.2).</summary>
    public bool IsBodyLonger { get; init; }

    /// <summary>The sealers by d= of their ARC-Seal, that of i=1 first.</summary>
    public IReadOnlyList<string> Sealers { get; init; } = [];

    /// <summary>s= of the last ARC-Seal; empty: there is none.</summary>
    public string Selector { get; init; } = "";

    /// <summary>The values of ARC-Authentication-Results behind their i=, that of i=1 first, unfolded.</summary>
    public IReadOnlyList<string> Reported { get; init; } = [];
}
