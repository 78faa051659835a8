using MailModule.Mail;
using MailModule.Policy;

namespace MailModule.Tests.Policy;

/// <summary>Senders of what is sent on, and the way back (SRS).</summary>
public class SenderRewritingTests
{
    private readonly StandingClock _clock = new();
    private readonly LoginKey _key = new();
    private readonly SenderRewriting _ours;

    public SenderRewritingTests() => _ours = new SenderRewriting("ours.example", _key, _clock);

    [Theory]
    [InlineData("ann@b.example", "b.example=ann")]
    [InlineData("Ann.Other@B.example", "B.example=Ann.Other")]
    [InlineData("a=b=c@b.example", "b.example=a=b=c")]
    [InlineData("ann+tag@b.example", "b.example=ann+tag")]
    [InlineData("srs0=x@b.example", "")] // as another host would make it, were it whole
    [InlineData("SRS1=x@b.example", "b.example=SRS1=x")]
    [InlineData("SRS1=x=h.example=rest@b.example", "b.example=SRS1=x=h.example=rest")]
    [InlineData("j\u00fcrgen@b\u00fccher.example", "b\u00fccher.example=j\u00fcrgen")]
    public void A_sender_of_others_is_wrapped_and_found_again(string sender, string within)
    {
        MailAddress made = _ours.Rewrite(Address(sender));
        Assert.Equal("ours.example", made.Domain);
        Assert.Matches("^SRS[01]=[A-Z2-7]{8}=", made.LocalPart);
        Assert.EndsWith(within, made.LocalPart, StringComparison.Ordinal);
        Assert.True(_ours.IsOurs(made));
        Assert.True(_ours.TryReverse(made, out MailAddress? original));
        // the tag itself comes back in capitals
        Assert.Equal(sender.Replace("srs0", "SRS0", StringComparison.Ordinal), original.Text);
    }

    [Theory]
    [InlineData("\"a b\"@b.example")]
    [InlineData("\"a@b\"@b.example")]
    [InlineData("\"a\\\"b\\\\c\"@b.example")]
    [InlineData("\"\\\"a\\\"\"@b.example")]
    [InlineData("\"=\"@b.example")]
    [InlineData("ann@[192.0.2.1]")]
    [InlineData("a..b@b.example")]
    public void What_needs_quotes_has_them_on_both_ways(string sender)
    {
        MailAddress made = _ours.Rewrite(Address(sender));
        Assert.Equal("ours.example", made.Domain);
        Assert.True(_ours.TryReverse(Address(made.WireText), out MailAddress? original));
        Assert.Equal(Address(sender), original);
    }

    [Theory]
    [InlineData("SRS0=abcd=XY=far.example=ann@b.example", "=b.example==abcd=XY=far.example=ann")]
    [InlineData("SRS0+abcd=XY=far.example=ann@b.example", "=b.example=+abcd=XY=far.example=ann")]
    [InlineData("srs0-abcd=XY=far.example=ann@b.example", "=b.example=-abcd=XY=far.example=ann")]
    [InlineData("SRS1=wxyz=b.example==abcd=XY=far.example=ann@c.example", "=b.example==abcd=XY=far.example=ann")]
    [InlineData("SRS1+wxyz=b.example=+abcd=XY=far.example=ann@c.example", "=b.example=+abcd=XY=far.example=ann")]
    public void A_sender_that_other_hosts_have_made_goes_back_to_the_first_of_them(string sender, string end)
    {
        MailAddress made = _ours.Rewrite(Address(sender));
        Assert.StartsWith("SRS1=", made.LocalPart, StringComparison.Ordinal);
        Assert.EndsWith(end, made.LocalPart, StringComparison.Ordinal);
        Assert.True(_ours.TryReverse(made, out MailAddress? original));
        int at = end.IndexOf('=', 1) + 1;
        Assert.Equal($"SRS0{end[at..]}@b.example", original.Text);
        _clock.Now += TimeSpan.FromDays(1000); // that host judges its age
        Assert.True(_ours.TryReverse(made, out _));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(21, true)]
    [InlineData(22, false)]
    [InlineData(1000, false)]
    [InlineData(-1, false)]
    public void An_address_is_good_for_three_weeks(int days, bool isGood)
    {
        MailAddress made = _ours.Rewrite(Address("ann@b.example"));
        _clock.Now += TimeSpan.FromDays(days);
        Assert.Equal(isGood, _ours.TryReverse(made, out _));
    }

    [Fact]
    public void The_days_that_are_counted_come_round()
    {
        for (int day = 0; day < 1100; day++, _clock.Now += TimeSpan.FromDays(1))
            Assert.True(_ours.TryReverse(_ours.Rewrite(Address("ann@b.example")), out _));
    }

    [Fact]
    public void Case_that_hosts_change_does_not_matter()
    {
        string made = _ours.Rewrite(Address("ann@b.example")).Text;
        foreach (string text in (string[])[made.ToLowerInvariant(), made.ToUpperInvariant()])
        {
            Assert.True(_ours.TryReverse(Address(text), out MailAddress? original));
            Assert.Equal("ann@b.example", original.Text, ignoreCase: true);
        }
    }

    [Fact]
    public void Any_other_letter_makes_it_nobodys()
    {
        foreach (string sender in (string[])["ann@b.example", "SRS0=abcd=XY=far.example=ann@b.example"])
        {
            string made = _ours.Rewrite(Address(sender)).Text;
            for (int i = 0; i < made.IndexOf('@', StringComparison.Ordinal); i++)
            {
                string other = $"{made[..i]}{(made[i] is 'x' or 'X' ? 'y' : 'x')}{made[(i + 1)..]}";
                if (MailAddress.TryParse(other, out MailAddress address))
                    Assert.False(_ours.TryReverse(address, out _), other);
                if (MailAddress.TryParse(made.Remove(i, 1), out address))
                    Assert.False(_ours.TryReverse(address, out _), made.Remove(i, 1));
                if (i > 0 && MailAddress.TryParse($"{made[..i]}@ours.example", out address))
                    Assert.False(_ours.TryReverse(address, out _), address.Text);
            }
        }
    }

    [Fact]
    public void What_another_has_made_is_nobodys()
    {
        var another = new SenderRewriting("ours.example", new LoginKey(), _clock);
        MailAddress made = another.Rewrite(Address("ann@b.example"));
        Assert.True(_ours.IsOurs(made));
        Assert.False(_ours.TryReverse(made, out _));
        MailAddress elsewhere = new SenderRewriting("other.example", _key, _clock).Rewrite(Address("ann@b.example"));
        Assert.False(_ours.IsOurs(elsewhere));
        Assert.False(_ours.TryReverse(elsewhere, out _));
    }

    [Fact]
    public void Garbage_is_nobodys_and_can_be_wrapped()
    {
        var random = new Random(7);
        const string letters = "SRs01=+-abAB2@.\"\\ ";
        for (int i = 0; i < 5000; i++)
        {
            string local = new(random.GetItems<char>(letters, random.Next(30)));
            foreach (string tag in (string[])["", "SRS0=", "SRS1="])
            {
                if (!MailAddress.TryParse($"{tag}{local}@ours.example", out MailAddress address))
                    continue;
                Assert.False(_ours.TryReverse(address, out _));
                Assert.True(_ours.TryReverse(_ours.Rewrite(address), out MailAddress? original), address.Text);
                if (!_ours.Rewrite(address).LocalPart.StartsWith("SRS1", StringComparison.Ordinal))
                    Assert.Equal(address.LocalPart, original.LocalPart);
            }
        }
    }

    [Fact]
    public void The_null_sender_and_what_gets_too_long_stay()
    {
        Assert.Same(MailAddress.Null, _ours.Rewrite(MailAddress.Null));
        MailAddress longest = Address(new string('a', 500) + "@b.example");
        Assert.Same(longest, _ours.Rewrite(longest));
        Assert.True(MailAddress.TryParse("postmaster", out MailAddress bare));
        Assert.Same(bare, _ours.Rewrite(bare));
    }

    [Fact]
    public void The_policy_takes_what_comes_back_and_nothing_else_of_that_form()
    {
        var domains = new LocalDomains(["ours.example"], _ => false);
        var policy = new RelayPolicy(new Accounts([], domains, "shs", "/nowhere"), domains, AddressRanges.Empty)
        { Rewriting = _ours };
        MailAddress made = policy.SenderOf(Address("ann@b.example"), leaves: true);
        RelayVerdict verdict = policy.CheckRecipient(made, mayRelay: false);
        Assert.Equal("ann@b.example", SenderRewriting.OriginalIn(verdict.Maildrop!)?.Text);
        MailAddress nobodys = Address("SRS0=A=B=c=d@ours.example");
        Assert.Equal(RelayRefusal.UnknownUser, policy.CheckRecipient(nobodys, mayRelay: true).Refusal);
        Assert.Equal("ann@b.example", policy.SenderOf(Address("ann@b.example"), leaves: false).Text);
        Assert.Equal("ann@ours.example", policy.SenderOf(Address("ann@ours.example"), leaves: true).Text);
        Assert.Null(SenderRewriting.OriginalIn("ann"));
        Assert.Null(SenderRewriting.OriginalIn("list\tann@b.example"));
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address), text);
        return address;
    }
}
