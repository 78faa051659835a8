using System.Net;
using System.Text;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Tests.Policy;

public class RelayPolicyTests
{
    private static readonly string[] s_users =
        ["ann;a;/h/ann;PS", "Bob;b;;P", "carl;c;;S", "dora@b.example;d;;P", "dora;e;;P", "boss;f;;PA", "off;;;PS"];

    [Theory]
    [InlineData("ann@a.example", "ann")]
    [InlineData("ann@A.Example", "ann")]
    [InlineData("ANN@b.example", "ann")]
    [InlineData("bob@a.example", "Bob")]
    [InlineData("dora@b.example", "dora@b.example")]
    [InlineData("dora@a.example", "dora")]
    [InlineData("\"ann\"@a.example", "ann")]
    [InlineData("off@a.example", "off")]
    [InlineData("ann@[192.0.2.1]", "ann")]
    [InlineData("ann@[IPv6:2001:db8::1]", "ann")]
    [InlineData("ann@[ipv6:2001:DB8:0::1]", "ann")]
    [InlineData("postmaster@a.example", "boss")]
    [InlineData("PostMaster@b.example", "boss")]
    [InlineData("postmaster", "boss")]
    public void Mail_for_a_user_of_ours_is_taken(string recipient, string maildrop)
        => Assert.Equal(new RelayVerdict(maildrop, RelayRefusal.None),
            Policy().CheckRecipient(Address(recipient), mayRelay: false));

    [Theory]
    [InlineData("nobody@a.example")]
    [InlineData("carl@a.example")]
    [InlineData("ann%c.example@a.example")]
    [InlineData("c.example!ann@a.example")]
    [InlineData("\"ann@c.example\"@a.example")]
    [InlineData("\"dora@b.example\"@a.example")]
    [InlineData("ann+tag@a.example")]
    [InlineData(".ann@a.example")]
    [InlineData("ann.@a.example")]
    [InlineData("a..nn@a.example")]
    public void Mail_for_an_unknown_user_of_ours_is_refused(string recipient)
        => Assert.Equal(new RelayVerdict(null, RelayRefusal.UnknownUser),
            Policy().CheckRecipient(Address(recipient), mayRelay: true));

    [Theory]
    [InlineData("ann@c.example")]
    [InlineData("ann@sub.a.example")]
    [InlineData("ann@a.example.c.example")]
    [InlineData("ann@[192.0.2.2]")]
    [InlineData("ann@[IPv6:2001:db8::2]")]
    [InlineData("\"x@a.example\"@c.example")]
    [InlineData("postmaster@c.example")]
    public void Mail_for_others_is_taken_from_those_who_may_relay_alone(string recipient)
    {
        Assert.Equal(new RelayVerdict(null, RelayRefusal.NotLocal),
            Policy().CheckRecipient(Address(recipient), mayRelay: false));
        Assert.Equal(new RelayVerdict(null, RelayRefusal.None),
            Policy().CheckRecipient(Address(recipient), mayRelay: true));
    }

    [Theory]
    [InlineData("<@a.example:ann@c.example>")]
    [InlineData("<@a.example,@b.example:ann@c.example>")]
    public void A_source_route_through_us_is_no_way_to_others(string path)
    {
        ReadOnlySpan<byte> text = Encoding.UTF8.GetBytes(path);
        Assert.True(MailPath.TryParse(ref text, utf8: false, out MailAddress recipient));
        Assert.Equal(RelayRefusal.NotLocal, Policy().CheckRecipient(recipient, mayRelay: false).Refusal);
    }

    [Fact]
    public void Relay_is_for_those_logged_in_and_for_the_list()
    {
        Assert.True(Policy().MayRelay(IPAddress.Parse("10.1.2.3"), isLoggedIn: false));
        Assert.True(Policy().MayRelay(IPAddress.Parse("::ffff:10.1.2.3"), isLoggedIn: false));
        Assert.False(Policy().MayRelay(IPAddress.Parse("11.1.2.3"), isLoggedIn: false));
        Assert.False(Policy().MayRelay(IPAddress.IPv6Loopback, isLoggedIn: false));
        Assert.True(Policy().MayRelay(IPAddress.Parse("11.1.2.3"), isLoggedIn: true));
    }

    [Theory]
    [InlineData("ann;x;;P postmaster;y;;P boss;z;;PA", "postmaster")]
    [InlineData("ann;x;;P Postmaster;y;;P", "Postmaster")]
    [InlineData("ann;x;;P boss;y;;A chief;z;;A", "boss")]
    [InlineData("ann;x;;P bob;y;;P", "ann")]
    [InlineData("ann;x;;S", "ann")]
    public void Postmasters_mail_finds_somebody(string users, string maildrop)
        => Assert.Equal(maildrop,
            Policy(users.Split(' ')).CheckRecipient(Address("postmaster@a.example"), mayRelay: false).Maildrop);

    [Fact]
    public void Without_users_even_postmaster_is_unknown()
        => Assert.Equal(RelayRefusal.UnknownUser,
            Policy([]).CheckRecipient(Address("postmaster"), mayRelay: false).Refusal);

    [Theory]
    [InlineData("ann", "a", "ann")]
    [InlineData("ann@a.example", "a", "ann")]
    [InlineData("ann@B.example", "a", "ann")]
    [InlineData("ann@c.example", "a", null)]
    [InlineData("ANN", "a", "ann")]
    [InlineData("Ann@A.Example", "a", "ann")]
    [InlineData("bob@b.example", "b", "Bob")]
    [InlineData("ann", "A", null)]
    [InlineData("Dora@B.Example", "d", "dora@b.example")]
    [InlineData("Dora@B.Example", "e", null)]
    [InlineData("dora@b.example", "d", "dora@b.example")]
    [InlineData("dora", "e", "dora")]
    [InlineData("dora@b.example", "e", null)]
    [InlineData("nobody", "a", null)]
    [InlineData("off", "", null)]
    [InlineData("", "", null)]
    [InlineData("@a.example", "a", null)]
    public void A_login_is_a_users_name_or_address_in_any_case_and_the_password_to_the_letter(
        string name, string password, string? user)
        => Assert.Equal(user, Policy().Accounts.Verify(name, Encoding.UTF8.GetBytes(password))?.Name);

    [Theory]
    [InlineData("Ann", "a", "Ann")]
    [InlineData("ANN@a.example", "b", "ANN")]
    [InlineData("ann", "a", null)]
    [InlineData("ann@a.example", "b", null)]
    public void Where_two_users_differ_by_case_alone_a_login_is_to_the_letter(
        string name, string password, string? user)
        => Assert.Equal(user, Policy(["Ann;a;;PS", "ANN;b;;PS"]).Accounts
            .Verify(name, Encoding.UTF8.GetBytes(password))?.Name);

    [Fact]
    public void No_password_of_another_user_lets_an_unknown_name_in()
    {
        Accounts accounts = Policy(["ann;same;;PS", "bob;same;;PS"]).Accounts;
        for (int i = 0; i < 100; i++)
            Assert.Null(accounts.Verify($"nobody{i}", "same"u8));
    }

    [Fact]
    public void A_host_may_vouch_for_a_user_of_its_own()
    {
        Accounts accounts = Policy().Accounts;
        Assert.Equal("/h/ann", accounts.FindOrCreate("ann")!.Home);
        Account made = accounts.FindOrCreate("../new")!;
        Assert.Equal(("/data/users/%2E.%2Fnew", true), (made.Home, made.MayReadMail));
        Assert.Null(accounts.FindOrCreate(""));
        Assert.Null(accounts.FindOrCreate("a\nb"));
        Assert.Null(accounts.FindOrCreate(new string('/', 200)));
    }

    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("ann@b.example", "ann@b.example")]
    [InlineData(".", "%2E")]
    [InlineData("..", "%2E.")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("j\u00fcrgen", "j%C3%BCrgen")]
    [InlineData("a b", "a%20b")]
    public void A_name_makes_one_safe_folder(string name, string folder)
        => Assert.Equal(folder, UserFolder.NameFor(name));

    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("Ann", "%41nn")]
    [InlineData("con", "%63o%6E")]
    [InlineData("Nul.x", "%4Eul.x")]
    [InlineData("nul.x", "%6Eul.%78")]
    [InlineData("a.", "%61%2E")]
    [InlineData("dom\\ann", "dom%5Cann")]
    public void A_name_makes_one_safe_folder_on_Windows(string name, string folder)
    {
        Assert.Equal(folder, UserFolder.NameFor(name, isOneInAnyCase: true, IsName));
        Assert.True(IsName(folder));

        static bool IsName(string name) => WindowsName.Problem(name) is null;
    }

    [Theory]
    [InlineData("ann;x;home/;P", "/cfg/home")]
    [InlineData("ann;x;/;P", "/")]
    [InlineData("ann;x;../h;P", "/h")]
    [InlineData("ann;x;;P", "")]
    public void A_home_counts_from_the_files_folder(string text, string home)
    {
        Assert.True(Account.TryParse(text, "/cfg", out Account account, out string error), error);
        Assert.Equal(home, account.Home);
    }

    [Theory]
    [InlineData("PSA", AccountFlags.Mailbox | AccountFlags.Send | AccountFlags.Admin)]
    [InlineData("", AccountFlags.None)]
    [InlineData("PxS", AccountFlags.Mailbox)]
    [InlineData("P;S", AccountFlags.Mailbox)]
    [InlineData("HFWN", AccountFlags.Proxy | AccountFlags.FtpRead | AccountFlags.FtpWrite | AccountFlags.FtpNoExecute)]
    [InlineData("p", AccountFlags.None)]
    internal void The_first_unknown_letter_ends_the_flags(string letters, AccountFlags flags)
    {
        Assert.True(Account.TryParse($"ann;x;;{letters}", "/cfg", out Account account, out _));
        Assert.Equal(flags, account.Flags);
    }

    [Fact]
    public void A_name_too_long_for_a_folder_needs_a_home()
    {
        string name = new('/', 100);
        Assert.False(Account.TryParse($"{name};x;;P", "/cfg", out _, out string error));
        Assert.Contains("name a home", error, StringComparison.Ordinal);
        Assert.True(Account.TryParse($"{name};x;/h;P", "/cfg", out _, out _));
    }

    private static RelayPolicy Policy() => Policy(s_users);

    private static RelayPolicy Policy(string[] users)
    {
        var domains = new LocalDomains(
            ["a.example", "b.example"],
            address => address.Equals(IPAddress.Parse("192.0.2.1")) || address.Equals(IPAddress.Parse("2001:db8::1")));
        AddressRanges.TryParse("10.0.0.0/8", out AddressRanges clients);
        return new RelayPolicy(new Accounts(users.Select(Parse), domains, "shs", "/data/users"), domains, clients);
    }

    private static Account Parse(string text)
    {
        Assert.True(Account.TryParse(text, "/", out Account account, out string error), error);
        return account;
    }

    private static MailAddress Address(string text)
    {
        Assert.True(MailAddress.TryParse(text, out MailAddress address), text);
        return address;
    }
}
