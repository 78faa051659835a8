using MailModule.Authentication;
using MailModule.Authentication.Dmarc;

namespace MailModule.Tests.Authentication.Dmarc;

/// <summary>Policy records (RFC 9989 §4.7, §4.8).</summary>
public class DmarcRecordTests
{
    [Theory]
    [InlineData("v=DMARC1; p=reject")]
    [InlineData("v=DMARC1;p=reject;")]
    [InlineData("v = DMARC1 ;\tp = reject ; ")]
    [InlineData(" v=DMARC1; p=reject")]
    [InlineData("V=DMARC1; P=REJECT")]
    [InlineData("v=DMARC1; ; p=reject; x; =; y=; z-1=2; unknown=p=none; pct=0; rf=afrf; ri=1")]
    [InlineData("v=DMARC1; v=DMARC2; p=reject")]
    [InlineData("v=DMARC1; p=reject; adkim=x; aspf=; t=maybe; psd=z")]
    public void A_record_says_reject(string text)
    {
        Assert.True(DmarcRecord.TryParse(text, out DmarcRecord record));
        Assert.Equal(DmarcPolicy.Reject, record.Policy);
        Assert.True(record.IsUsable);
        Assert.False(record.IsDkimStrict || record.IsSpfStrict || record.IsTesting);
        Assert.Equal(PsdFlag.Unknown, record.Psd);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v=DMARC1 p=reject")]
    [InlineData("v=DMARC10; p=reject")]
    [InlineData("v=dmarc1; p=reject")]
    [InlineData("v=DMARC2; p=reject")]
    [InlineData("v=; p=reject")]
    [InlineData("v; p=reject")]
    [InlineData("p=reject; v=DMARC1")]
    [InlineData("; v=DMARC1; p=reject")]
    [InlineData("v=\"DMARC1\"; p=reject")]
    [InlineData("v=spf1 -all")]
    [InlineData("v=DMARC1\u00a0; p=reject")]
    public void What_does_not_begin_with_the_version_is_no_record(string text)
        => Assert.False(DmarcRecord.TryParse(text, out _));

    [Fact]
    public void All_tags_are_read()
    {
        Assert.True(DmarcRecord.TryParse(
            "v=DMARC1; p=none; sp=quarantine; np=reject; adkim=s; aspf=S; t=y; psd=n; rua=mailto:a@b.example",
            out DmarcRecord all));
        Assert.Equal((DmarcPolicy.None, DmarcPolicy.Quarantine, DmarcPolicy.Reject),
            (all.Policy, all.SubdomainPolicy, all.NonexistentPolicy));
        Assert.True(all.IsDkimStrict && all.IsSpfStrict && all.IsTesting && all.HasReportAddress);
        Assert.Equal(PsdFlag.Organizational, all.Psd);
        Assert.True(DmarcRecord.TryParse("v=DMARC1; psd=Y; p=none", out DmarcRecord suffix));
        Assert.Equal(PsdFlag.PublicSuffix, suffix.Psd);
    }

    [Theory]
    [InlineData("p=none", "none", "none", "none")]
    [InlineData("p=reject", "reject", "reject", "reject")]
    [InlineData("p=reject; sp=none", "reject", "none", "none")]
    [InlineData("p=none; np=reject", "none", "none", "reject")]
    [InlineData("p=none; sp=quarantine; np=reject", "none", "quarantine", "reject")]
    [InlineData("p=reject; sp=quarantine; np=none", "reject", "quarantine", "none")]
    [InlineData("p=reject; sp=wrong; rua=mailto:a@b.example", "none", "none", "none")]
    [InlineData("p=reject; np=wrong; rua=mailto:a@b.example", "none", "none", "none")]
    [InlineData("p=wrong; sp=reject; rua=mailto:a@b.example", "none", "none", "none")]
    [InlineData("sp=reject; rua=mailto:a@b.example", "none", "none", "none")]
    [InlineData("p=reject; p=none; rua=mailto:a@b.example", "none", "none", "none")]
    public void The_policy_depends_on_whose_name_it_is(string tags, string own, string below, string missing)
    {
        Assert.True(DmarcRecord.TryParse("v=DMARC1; " + tags, out DmarcRecord record));
        Assert.True(record.IsUsable);
        Assert.Equal(own, Word(record.PolicyFor(isBelow: false, exists: true)));
        Assert.Equal(own, Word(record.PolicyFor(isBelow: false, exists: false)));
        Assert.Equal(below, Word(record.PolicyFor(isBelow: true, exists: true)));
        Assert.Equal(missing, Word(record.PolicyFor(isBelow: true, exists: false)));
    }

    // RFC 9989 §4.10.1
    [Theory]
    [InlineData("v=DMARC1")]
    [InlineData("v=DMARC1;")]
    [InlineData("v=DMARC1; p=")]
    [InlineData("v=DMARC1; p=rejected")]
    [InlineData("v=DMARC1; p=reject; sp=x")]
    [InlineData("v=DMARC1; p=reject; np=x")]
    [InlineData("v=DMARC1; p=reject; p=reject")]
    [InlineData("v=DMARC1; rua=")]
    [InlineData("v=DMARC1; rua=a@b.example")]
    [InlineData("v=DMARC1; rua=mailto:a@b.example; rua=mailto:a@b.example")]
    public void A_record_without_a_policy_or_a_reader_is_of_no_use(string text)
    {
        Assert.True(DmarcRecord.TryParse(text, out DmarcRecord record));
        Assert.False(record.IsUsable);
    }

    [Theory]
    [InlineData("reject", true, "quarantine")]
    [InlineData("quarantine", true, "none")]
    [InlineData("none", true, "none")]
    [InlineData("reject", false, "reject")]
    public void Testing_is_one_step_milder(string asked, bool isTesting, string applied)
    {
        Assert.True(DmarcRecord.TryParse($"v=DMARC1; p={asked}; t={(isTesting ? 'y' : 'n')}", out DmarcRecord record));
        Assert.Equal(applied, Word(record.Applied(record.Policy!.Value)));
    }

    [Theory]
    [InlineData("mailto:a@b.example", true)]
    [InlineData(" MAILTO:a@b.example!10m ", true)]
    [InlineData("https://r.example/x", true)]
    [InlineData("mailto:", false)]
    [InlineData("mailto:a", false)]
    [InlineData("mailto:@b", false)]
    [InlineData("mailto:a@", false)]
    [InlineData("a@b.example", false)]
    [InlineData("", false)]
    [InlineData(":x", false)]
    [InlineData("1x:y", false)]
    [InlineData("mail to:a@b", false)]
    [InlineData("mailto:a b@c", false)]
    public void A_report_address_is_a_URI(string text, bool isUri) => Assert.Equal(isUri, ReportUri.IsUri(text));

    [Fact]
    public void One_good_report_address_of_several_is_enough()
    {
        Assert.True(DmarcRecord.TryParse("v=DMARC1; rua=nobody, mailto:a@b.example!1g", out DmarcRecord record));
        Assert.True(record.IsUsable);
    }

    [Fact]
    public void Prefixes_garbage_and_long_records_come_to_an_end()
    {
        const string whole = "v=DMARC1; p=reject; sp=none; rua=mailto:a@b.example!1k,mailto:c@d.example";
        for (int i = 0; i <= whole.Length; i++)
            Assert.Equal(i >= 8, DmarcRecord.TryParse(whole[..i], out _));
        const string letters = "psv=;,: \tnoerjct\0\u00ff!";
        var random = new Random(4);
        for (int i = 0; i < 10_000; i++)
            DmarcRecord.TryParse("v=DMARC1;" + random.GetString(letters, random.Next(40)), out _);
        Assert.True(DmarcRecord.TryParse("v=DMARC1" + string.Concat(Enumerable.Repeat(";p=none", 10_000)), out _));
    }

    private static string Word(DmarcPolicy policy) => policy.ToString().ToLowerInvariant();
}
