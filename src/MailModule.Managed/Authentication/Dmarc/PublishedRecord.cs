namespace MailModule.Authentication.Dmarc;

/// <summary>A record, and the domain that it was found for (without "_dmarc.").</summary>
internal sealed record PublishedRecord(string Domain, DmarcRecord Record);
