namespace MailModule.Pop3.Server;

/// <summary>The command under way: its row, its question, and the verdict that has come.</summary>
internal struct Pop3Turn
{
    /// <summary>Null: the command has none, or the session has not greeted yet.</summary>
    public Pop3Rule? Rule;

    /// <summary>What the session waits for; null: nothing.</summary>
    public Pop3Question? Question;

    /// <summary>What came in place of <see cref="Pop3VerdictKind.Pending"/>.</summary>
    public Pop3Verdict Answer;

    /// <summary>The message that DELE names.</summary>
    public int Index;

    /// <summary>As it came, of a command that has no row.</summary>
    public string? Line;

    /// <summary>What the backend adds to the answer to CAPA; null: nothing.</summary>
    public List<string>? Capabilities;
}
