namespace MailModule.Engine.Settings;

/// <summary>One row of the table of settings: all that is known about a key. Immutable.</summary>
internal sealed record Setting(string Key, SettingKind Kind, string Meaning)
{
    /// <summary>The row's place in the table; the index of its value.</summary>
    public int Index { get; init; }

    /// <summary>The heading it stands under in the reference page.</summary>
    public string Section { get; init; } = "";

    public long Least { get; init; }
    public long Most { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>What it is when nothing was set; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>For a default that depends on the machine or on other settings; null elsewhere.</summary>
    public Func<SettingValues, string>? FindDefault { get; init; }

    /// <summary>How the reference page tells the default, where its text would not do.</summary>
    public string? DefaultInWords { get; init; }

    /// <summary>The words of a choice.</summary>
    public string[] Words { get; init; } = [];

    /// <summary>The number of a choice's first word, where the words are numbers too; 0 where they are not.</summary>
    public int FirstWord { get; init; }

    /// <summary>The longest text in characters.</summary>
    public int LengthLimit { get; init; } = 4096;

    /// <summary>How the reference page tells which texts are allowed.</summary>
    public string Form { get; init; } = "";

    /// <summary>What is wrong with a text, given the folder it counts from; null if nothing.</summary>
    public Func<string, string, string?>? Check { get; init; }

    /// <summary>Keys that mean "no such value": zero, or none.</summary>
    public string[] NoKeys { get; init; } = [];

    /// <summary>Why it has no effect, and what to use in its place; empty when it has.</summary>
    public string Later { get; init; } = "";

    /// <summary>
    /// It says who may do something, or keeps harm away. Where it has no effect here, a value that asks for any is an
    /// error: nobody may rely on what is not there.
    /// </summary>
    public bool Guards { get; init; }

    /// <summary>Why its <see cref="NoKeys"/> have not the effect they had in the old module; empty when they have.
    /// </summary>
    public string NoKeysLater { get; init; } = "";

    public override string ToString() => Key;
}
