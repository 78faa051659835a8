using System.Text;
using MailModule.Mail;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

public class CommandTests
{
    [Theory]
    [InlineData("EHLO x", "EHLO", "x")]
    [InlineData("helo  x y ", "helo", "x y")]
    [InlineData("MAIL FROM:<>", "MAIL", "FROM:<>")]
    [InlineData("RSET \t ", "RSET", "")]
    [InlineData("NOOP", "NOOP", "")]
    [InlineData("AUTH PLAIN =", "AUTH", "PLAIN =")]
    [InlineData("DATA\t", "DATA\t", "")]
    [InlineData(" DATA", "", "DATA")]
    [InlineData("", "", "")]
    public void Lines_are_taken_apart(string line, string verb, string argument)
    {
        var command = CommandLine.Parse(Encoding.Latin1.GetBytes(line));
        Assert.Equal((verb, argument),
            (Encoding.Latin1.GetString(command.Verb), Encoding.Latin1.GetString(command.Argument)));
    }

    [Fact]
    public void Mail_has_a_path_and_parameters()
    {
        Assert.Equal(PathFault.None,
            MailArgument.TryParse("FROM:<a@b> SIZE=12345 BODY=8BITMIME SMTPUTF8 AUTH=a+40b"u8, out MailArgument mail));
        Assert.Equal(("a@b", 12345, true, true), (mail.ReversePath.Text, mail.Size, mail.EightBit, mail.Utf8));
        Assert.Equal(PathFault.None, MailArgument.TryParse("FROM:<>"u8, out mail));
        Assert.Equal((true, 0, false, false), (mail.ReversePath.IsNull, mail.Size, mail.EightBit, mail.Utf8));
    }

    [Fact]
    public void Every_prefix_of_a_mail_argument_is_judged_without_harm()
    {
        byte[] argument = "FROM:<@x:\"a b\"@[IPv6:::1]> SIZE=1 BODY=7BIT SMTPUTF8 AUTH=<>"u8.ToArray();
        for (int length = 0; length < "FROM:<@x:\"a b\"@[IPv6:::1]>".Length; length++)
            Assert.NotEqual(PathFault.None, MailArgument.TryParse(argument.AsSpan(0, length), out _));
        for (int length = argument.Length; length > 0; length--)
            MailArgument.TryParse(argument.AsSpan(0, length), out _);
    }

    [Fact]
    public void Rcpt_has_a_path_and_parameters()
    {
        Assert.Equal(PathFault.None,
            RcptArgument.TryParse(
                "TO:<c@d> NOTIFY=SUCCESS,delay ORCPT=rfc822;x+2By"u8, utf8: false, out RcptArgument rcpt));
        Recipient recipient = rcpt.ToRecipient("c");
        Assert.Equal(("c@d", "c", Notify.Success | Notify.Delay, "rfc822;x+y"),
            (recipient.Address.Text, recipient.Maildrop, recipient.Notify, recipient.OriginalRecipient));
        Assert.Equal(PathFault.None, RcptArgument.TryParse("TO:<Postmaster>"u8, utf8: false, out rcpt));
        Assert.Equal(("Postmaster", Notify.Default, null), (rcpt.Address.Text, rcpt.Notify, rcpt.OriginalRecipient));
    }

    [Fact]
    public void Every_prefix_of_a_rcpt_argument_is_judged_without_harm()
    {
        byte[] argument = "TO:<\"a b\"@[IPv6:::1]> NOTIFY=NEVER ORCPT=utf-8;a\\x{E9}"u8.ToArray();
        for (int length = 0; length < "TO:<\"a b\"@[IPv6:::1]>".Length; length++)
            Assert.NotEqual(PathFault.None, RcptArgument.TryParse(argument.AsSpan(0, length), utf8: false, out _));
        var random = new Random(3461);
        for (int length = argument.Length; length > 0; length--)
        {
            RcptArgument.TryParse(argument.AsSpan(0, length), utf8: true, out _);
            byte[] garbled = [.. argument];
            garbled[random.Next(length)] = (byte)random.Next(256);
            RcptArgument.TryParse(garbled, utf8: true, out _);
        }
    }

    [Theory]
    [InlineData("2.0.0", true)]
    [InlineData("5.123.456", true)]
    [InlineData("3.0.0", false)]
    [InlineData("2.0", false)]
    [InlineData("2..0", false)]
    [InlineData("2.0.", false)]
    [InlineData("2.1234.0", false)]
    [InlineData("2.0.0.", false)]
    [InlineData("2.a.0", false)]
    [InlineData("", false)]
    public void Enhanced_codes_have_three_numbers(string code, bool isValid)
        => Assert.Equal(isValid, EnhancedCode.IsValid(Encoding.ASCII.GetBytes(code)));
}
