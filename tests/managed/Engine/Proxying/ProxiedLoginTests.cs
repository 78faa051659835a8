using System.Text;
using MailModule.Engine.Proxying;
using MailModule.Engine.Settings;

namespace MailModule.Tests.Engine.Proxying;

/// <summary>Logins that name another server: each form, and what is none.</summary>
public class ProxiedLoginTests
{
    private static readonly ProxyHosts s_allowed = Hosts("pop.example.org, h, 192.0.2.1:1100, [2001:db8::1]:995");

    [Theory]
    [InlineData("anna#joe#pop.example.org", "here#there", "anna|here|joe|there|pop.example.org:110")]
    [InlineData("anna@joe@pop.example.org", "here@there", "anna|here|joe|there|pop.example.org:110")]
    [InlineData("anna#joe#pop.example.org:995", "here#there", "anna|here|joe|there|pop.example.org:995")]
    [InlineData("anna@joe@192.0.2.1:1100", "here@there", "anna|here|joe|there|192.0.2.1:1100")]
    [InlineData("anna#joe#[2001:DB8:0::1]:995", "here#there", "anna|here|joe|there|[2001:db8::1]:995")]
    [InlineData("anna#joe@mail.example#pop.example.org", "he@re#th#ere",
        "anna|he@re|joe@mail.example|th#ere|pop.example.org:110")]
    [InlineData("anna@d.example#joe#h", "here#there", "anna@d.example|here|joe|there|h:110")]
    [InlineData("anna@joe@mail.example@pop.example.org", "here@there@",
        "anna|here|joe@mail.example|there@|pop.example.org:110")]
    [InlineData("anna#joe#pop.example.org#the#re@", "he#re@", "anna|he#re@|joe|the#re@|pop.example.org:110")]
    [InlineData("anna@joe@pop.example.org@there", "he@re", "anna|he@re|joe|there|pop.example.org:110")]
    [InlineData("anna@joe@h@there@x", "he@zz", "anna|he|joe@h@there|zz|x:110")]
    [InlineData("anna#joe blow#nowhere.example", "a b#c d", "anna|a b|joe blow|c d|nowhere.example:110")]
    [InlineData("\u00e4nna#j\u00f6e#b\u00fccher.example.", "\u00fc#\u00f6\u00f6",
        "\u00e4nna|\u00fc|j\u00f6e|\u00f6\u00f6|xn--bcher-kva.example:110")]
    public void Each_form_has_its_parts(string user, string password, string parts)
    {
        Assert.True(ProxiedLogin.TryParse(user, Encoding.UTF8.GetBytes(password), s_allowed, out ProxiedLogin? login));
        Assert.Equal(parts, string.Join('|', login!.LocalUser, Encoding.UTF8.GetString(login.LocalPassword),
            login.RemoteUser, login.RemotePassword, login.Server));
        Assert.DoesNotContain(login.RemotePassword, $"{login}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anna", "here#there")]
    [InlineData("anna@d.example", "here@there")]
    [InlineData("anna#joe", "here#there")]
    [InlineData("#joe#h", "here#there")]
    [InlineData("anna##h", "here#there")]
    [InlineData("anna#joe#", "here#there")]
    [InlineData("anna@@h", "here@there")]
    [InlineData("anna#joe#h#", "here#there")]
    [InlineData("anna#joe#h:0", "here#there")]
    [InlineData("anna#joe#h:99999", "here#there")]
    [InlineData("anna#joe#a b", "here#there")]
    [InlineData("anna#joe#.", "here#there")]
    [InlineData("anna#joe#[h]", "here#there")]
    [InlineData("anna#jo\te#h", "here#there")]
    [InlineData("anna#jo\0e#h", "here#there")]
    [InlineData("anna#joe#h", "here@there")]
    [InlineData("anna#joe#h", "#there")]
    [InlineData("anna#joe#h", "here#")]
    [InlineData("anna#joe#h", "")]
    [InlineData("anna#joe#h#there", "")]
    [InlineData("anna#joe#h", "here#th\rere")]
    [InlineData("", "")]
    public void What_lacks_a_part_is_a_login_here(string user, string password)
        => Assert.False(ProxiedLogin.TryParse(user, Encoding.UTF8.GetBytes(password), s_allowed, out _));

    [Fact]
    public void No_text_is_a_fault_be_it_a_part_of_a_right_one_or_chance()
    {
        const string Whole = "anna@d#joe@x#[2001:db8::1]:995#secret";
        for (int length = 0; length <= Whole.Length; length++)
            Read(Whole[..length], "a#b");
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
            Read(Text(random), Text(random));

        static string Text(Random random)
            => new([.. Enumerable.Range(0, random.Next(20)).Select(_ => "#@:[]ah1.\0\u00fc "[random.Next(12)])]);

        static void Read(string user, string password)
        {
            byte[] octets = Encoding.UTF8.GetBytes(password);
            if (!ProxiedLogin.TryParse(user, octets, s_allowed, out ProxiedLogin? login))
                return;
            Assert.True(login!.LocalUser.Length * login.RemoteUser.Length * login.Host.Length > 0);
            Assert.True(login.LocalPassword.Length * login.RemotePassword.Length > 0 && login.Port > 0);
            Assert.Equal(password, Encoding.UTF8.GetString(octets));
        }
    }

    [Theory]
    [InlineData("anna", "anna")]
    [InlineData("anna#joe#h", "anna#joe#h")]
    [InlineData("anna#joe#h#se#cret", "anna#joe#h#***")]
    [InlineData("anna@joe@h@secret", "anna@joe@h@***")]
    [InlineData("anna@joe@h", "anna@joe@h")]
    public void A_name_is_shown_without_the_password_in_it(string user, string shown)
        => Assert.Equal(shown, ProxiedLogin.Shown(user));

    private static ProxyHosts Hosts(string text)
    {
        Assert.True(ProxyHosts.TryParse(text, out ProxyHosts hosts));
        return hosts;
    }
}
