namespace MailModule.Authentication.Dkim;

/// <summary>The keys that messages are signed with. Any thread.</summary>
internal interface IDkimKeys
{
    /// <summary>
    /// The keys of a domain, else of its nearest parent that has one: messages are signed with each of them. Empty:
    /// there is none. May read files: workers only.
    /// </summary>
    /// <param name="domain">Of the From field, in small letters, with A-labels.</param>
    IReadOnlyList<DkimKey> Find(string domain);

    /// <summary>
    /// The names of the records of all keys that <see cref="Find"/> may give. Touches no file, so that who receives a
    /// message can ask.
    /// </summary>
    IReadOnlyList<string> NamesOf(string domain)
        => [.. Find(domain).Select(key => $"{key.Selector}._domainkey.{key.Domain}")];
}
