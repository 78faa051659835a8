using System.Net;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class OwnNameTests
{
    [Theory]
    [InlineData("mail.example.org", "mail.example.org")]
    [InlineData("Mail.Example.Org", "Mail.Example.Org")]
    [InlineData("b\u00fccher.example", "xn--bcher-kva.example")]
    [InlineData("B\u00dcCHER.example", "xn--bcher-kva.example")]
    [InlineData("mail.\u043f\u0440\u0438\u043c\u0435\u0440", "mail.xn--e1afmkfd")]
    [InlineData("192.0.2.7", "[192.0.2.7]")]
    [InlineData("[192.0.2.7]", "[192.0.2.7]")]
    [InlineData("2001:db8::7", "[IPv6:2001:db8::7]")]
    [InlineData("[2001:DB8::7]", "[IPv6:2001:db8::7]")]
    [InlineData("[ipv6:2001:db8:0::7]", "[IPv6:2001:db8::7]")]
    [InlineData("::ffff:192.0.2.7", "[192.0.2.7]")]
    [InlineData("1", "1")]
    [InlineData("127.1", "127.1")]
    [InlineData("1.2.3.400", "1.2.3.400")]
    public void A_name_goes_out_in_the_form_that_other_hosts_take(string text, string form)
    {
        OwnName name = OwnName.Of(text);
        Assert.Equal((form, form != text), (name.Text, name.IsChanged));
        Assert.Equal(form[0] == '[', name.IsLiteral);
    }

    [Theory]
    [InlineData("mailhost", true)]
    [InlineData("localhost", true)]
    [InlineData("b\u00fccher", true)]
    [InlineData("mail.example", false)]
    [InlineData("192.0.2.7", false)]
    [InlineData("::1", false)]
    public void A_name_without_a_dot_is_known_as_one_label(string text, bool isOneLabel)
        => Assert.Equal(isOneLabel, OwnName.Of(text).IsOneLabel);

    [Theory]
    [InlineData("192.0.2.7", "[192.0.2.7]")]
    [InlineData("::ffff:192.0.2.7", "[192.0.2.7]")]
    [InlineData("fe80::1%3", "[IPv6:fe80::1]")]
    public void An_address_is_said_in_brackets_and_without_what_only_this_machine_knows(string address, string literal)
        => Assert.Equal(literal, OwnName.LiteralOf(IPAddress.Parse(address)));
}
