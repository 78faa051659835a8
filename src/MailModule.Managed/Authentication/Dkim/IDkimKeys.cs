namespace MailModule.Authentication.Dkim;

/// <summary>The keys that messages are signed with. Any thread.</summary>
internal interface IDkimKeys
{
    /// <summary>
    /// The keys of a domain, else of its nearest parent that has one: messages are signed with each of them. Empty:
    /// there is none.
    /// </summary>
    /// <param name="domain">Of the From field, in small letters, with A-labels.</param>
    IReadOnlyList<DkimKey> Find(string domain);
}
