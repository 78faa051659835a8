namespace MailModule.Engine.Settings;

/// <summary>What a setting's value is.</summary>
internal enum SettingKind
{
    Flag,
    Number,
    Text,
    /// <summary>One of a few words.</summary>
    Choice,
    /// <summary>A file or folder; relative ones count from the folder of the file that names them.</summary>
    Path,
    /// <summary>Every value adds to those before.</summary>
    List,
}
