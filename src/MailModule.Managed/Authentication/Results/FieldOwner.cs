namespace MailModule.Authentication.Results;

/// <summary>Whose an Authentication-Results field claims to be, as far as it has come.</summary>
internal enum FieldOwner
{
    /// <summary>More octets are needed.</summary>
    Undecided,

    /// <summary>Another field, or somebody else's.</summary>
    Other,

    /// <summary>It has our authserv-id, or none that can be told.</summary>
    Ours,
}
