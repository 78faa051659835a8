using MailModule.Policy;

namespace MailModule.Tests.Policy;

public class MailboxQuotaTests
{
    [Theory]
    [InlineData("100", 100, 0)]
    [InlineData("5k", 5120, 0)]
    [InlineData("500M", 500L << 20, 0)]
    [InlineData("2G ; 10000", 2L << 30, 10_000)]
    [InlineData("1T;0", 1L << 40, 0)]
    [InlineData("0;5", 0, 5)]
    public void A_size_has_a_unit_and_perhaps_a_count_behind_it(string text, long octets, long messages)
    {
        Assert.True(MailboxQuota.TryParse(text, out MailboxQuota quota));
        Assert.Equal(new MailboxQuota(octets, messages), quota);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";5")]
    [InlineData("5;")]
    [InlineData("5;5;5")]
    [InlineData("M")]
    [InlineData("-5")]
    [InlineData("5MB")]
    [InlineData("5 5")]
    [InlineData("9223372036854775807K")]
    [InlineData("99999999999999999999")]
    [InlineData("1;1K")]
    public void What_is_malformed_or_beyond_all_bounds_is_refused(string text)
        => Assert.False(MailboxQuota.TryParse(text, out _));

    [Theory]
    [InlineData(0, 0, 0, QuotaVerdict.Within)]
    [InlineData(99, 0, 0, QuotaVerdict.Within)]
    [InlineData(99, 0, 1, QuotaVerdict.Within)]
    [InlineData(99, 0, 2, QuotaVerdict.Near)]
    [InlineData(100, 0, 0, QuotaVerdict.Over)]
    [InlineData(0, 0, 101, QuotaVerdict.Over)]
    [InlineData(0, 0, long.MaxValue, QuotaVerdict.Over)]
    [InlineData(0, 9, 1, QuotaVerdict.Within)]
    [InlineData(0, 10, 0, QuotaVerdict.Over)]
    internal void Near_is_no_room_for_this_one_and_over_is_none_at_all(
        long octets, long messages, long more, QuotaVerdict expected)
        => Assert.Equal(expected, new MailboxQuota(100, 10).Check(octets, messages, more));

    [Fact]
    public void A_users_own_quota_comes_before_the_default_and_lists_have_none()
    {
        var own = new Dictionary<string, MailboxQuota> { ["ann"] = new(5, 0), ["free"] = default };
        var rules = new QuotaRules(own, new MailboxQuota(7, 0), 90);
        Assert.Equal((5, 7), (rules.Of("ann")!.Value.Octets, rules.Of("bob")!.Value.Octets));
        Assert.Null(rules.Of("free"));
        Assert.Null(rules.Of("list\tann@example.org"));
        Assert.Null(QuotaRules.None.Of("ann"));
    }
}
