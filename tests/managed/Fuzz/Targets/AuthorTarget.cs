using MailModule.Authentication;
using MailModule.Authentication.Dmarc;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// From fields, header sections and DMARC records: an author is named or there is a fault, never both; domains are in
/// one form, and read again the same; a policy of a record is one of three whatever is in it.
/// </summary>
internal static class AuthorTarget
{
    public static void Check(byte[] input)
    {
        CheckAuthor(AuthorDomain.OfField(input));
        CheckAuthor(AuthorDomain.Of(new HeaderSection(input)));
        CheckAuthor(AuthorDomain.Of(new HeaderSection((byte[])[.. "From: "u8, .. input])));
        if (!DmarcRecord.TryParse(System.Text.Encoding.Latin1.GetString(input), out DmarcRecord record))
            return;
        foreach (bool isBelow in (bool[])[false, true])
            foreach (bool exists in (bool[])[false, true])
            {
                DmarcPolicy asked = record.PolicyFor(isBelow, exists);
                Assert.InRange(asked, DmarcPolicy.None, DmarcPolicy.Reject);
                Assert.InRange(record.Applied(asked), DmarcPolicy.None, asked);
                Assert.True(record.Policy is not null || asked == DmarcPolicy.None, "a policy from nowhere");
            }
    }

    private static void CheckAuthor(AuthorDomain author)
    {
        Assert.Equal(author.Fault == AuthorFault.None, author.Domains.Count > 0);
        Assert.InRange(author.Domains.Count, 0, AuthorDomain.DomainLimit);
        Assert.Equal(author.Domains.Count, author.Domains.Distinct().Count());
        foreach (string domain in author.Domains)
        {
            Assert.Equal(domain, AuthorDomain.Of(domain).Name);
            Assert.InRange(TreeWalk.Targets(domain).Count, 1, TreeWalk.QueryLimit);
        }
    }
}
