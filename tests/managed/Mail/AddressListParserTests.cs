using MailModule.Mail;

namespace MailModule.Tests.Mail;

public class AddressListParserTests
{
    [Theory]
    [InlineData("a@b.example", "|a@b.example")]
    [InlineData(" <a@b.example>\t", "|a@b.example")]
    [InlineData("Ann Doe <a@b.example>", "Ann Doe|a@b.example")]
    [InlineData("Ann \t Doe<a@b.example>", "Ann Doe|a@b.example")]
    [InlineData("\"Doe, Ann\" <a@b.example>, c@d.example", "Doe, Ann|a@b.example", "|c@d.example")]
    [InlineData("\"say \\\"A\\\\B\\\"\" <a@b.example>", "say \"A\\B\"|a@b.example")]
    [InlineData("\"A: B; C > D\" <a@b.example>", "A: B; C > D|a@b.example")]
    [InlineData("John Q. Public <j@b.example>", "John Q. Public|j@b.example")]
    [InlineData("a@b.example <a@b.example>", "a@b.example|a@b.example")]
    [InlineData("Jürgen Müller <j@b.example>", "Jürgen Müller|j@b.example")]
    [InlineData("山田 <yamada@例え.example>", "山田|yamada@例え.example")]
    [InlineData("Ann (of accounts, (second) \\) floor) Doe <a@b.example> (home)", "Ann Doe|a@b.example")]
    [InlineData("a@b.example (Ann, who else)", "|a@b.example")]
    [InlineData("\"a, b\"@c.example,\"<\"@d.example", "|\"a, b\"@c.example", "|\"<\"@d.example")]
    [InlineData("<\"a>b\"@c.example>", "|\"a>b\"@c.example")]
    [InlineData("a@[IPv6:2001:db8::1], b@[192.0.2.1]", "|a@[IPv6:2001:db8::1]", "|b@[192.0.2.1]")]
    [InlineData("[list] Ann <a@b.example>", "[list] Ann|a@b.example")]
    [InlineData(", a@b.example,, c@d.example ,", "|a@b.example", "|c@d.example")]
    [InlineData("a@b.example,a@b.example", "|a@b.example", "|a@b.example")]
    [InlineData("")]
    [InlineData(" ,\t(nobody), ")]
    public void Lists_are_taken_apart(string text, params string[] expected)
    {
        bool isRead = AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> found, out string problem);
        Assert.True(isRead, problem);
        Assert.Equal(expected, found.Select(one => $"{one.Name}|{one.Address}"));
    }

    [Theory]
    [InlineData("Ann", "not an address: Ann")]
    [InlineData("a@b.example c@d.example", "not an address: a@b.example c@d.example")]
    [InlineData("<>", "not an address: ")]
    [InlineData("Ann <>", "not an address: ")]
    [InlineData("a@b.example; c@d.example", "semicolons")]
    [InlineData("Friends: a@b.example, c@d.example;", "groups")]
    [InlineData("undisclosed-recipients:;", "groups")]
    [InlineData("Ann <a@b.example", "no \">\"")]
    [InlineData("Ann <a@b.example, c@d.example>", "no \">\"")]
    [InlineData("<a@b.example> <c@d.example>", "no comma")]
    [InlineData("Ann <a@b.example> Doe", "no comma")]
    [InlineData("a@b.example>", "without its \"<\"")]
    [InlineData("\"Ann <a@b.example>", "a quote has no end")]
    [InlineData("\"Ann\\", "a quote has no end")]
    [InlineData("Ann (of <a@b.example>", "a comment in parentheses has no end")]
    [InlineData("(\\", "a comment in parentheses has no end")]
    [InlineData("a@[192.0.2.1", "an address in brackets has no end")]
    [InlineData("<@relay.example:a@b.example>", "colon")]
    [InlineData("a@b.example\r\nBcc: c@d.example", "line break")]
    [InlineData("\"a\nb\" <a@b.example>", "line break")]
    [InlineData("Ann\0 <a@b.example>", "control character")]
    [InlineData("Ann\u0085 <a@b.example>", "control character")]
    public void What_is_no_list_is_refused_with_the_reason(string text, string problem)
    {
        Assert.False(AddressListParser.TryParse(text, out _, out string told));
        Assert.Contains(problem, told);
        Assert.DoesNotContain(told, char.IsControl);
    }

    [Fact]
    public void Every_prefix_is_read_or_refused_and_no_address_changes_by_it()
    {
        const string text = "\"Doe, Ann\" (x) <\"a b\"@c.example>, Jürgen <j@[IPv6:::1]>, d@e.example (f)";
        string[] whole = ["\"a b\"@c.example", "j@[IPv6:::1]", "d@e.example"];
        for (int length = 0; length <= text.Length; length++)
            if (AddressListParser.TryParse(text[..length], out IReadOnlyList<NamedAddress> found, out _))
                for (int i = 0; i < found.Count; i++)
                    Assert.StartsWith(found[i].Address.Text, whole[i]);
    }

    [Fact]
    public void Garbage_neither_throws_nor_gets_a_line_break_through()
    {
        var random = new Random(5);
        const string alphabet = "aB@.,;:<>()[]\"\\ \t\r\n\0ü例\ud83d=?";
        for (int i = 0; i < 20_000; i++)
        {
            char[] text = new char[random.Next(24)];
            for (int j = 0; j < text.Length; j++)
                text[j] = alphabet[random.Next(alphabet.Length)];
            if (AddressListParser.TryParse(new string(text), out IReadOnlyList<NamedAddress> found, out _))
                Assert.All(found, one => Assert.DoesNotContain(one.Name + one.Address.Text, char.IsControl));
        }
    }

    [Fact]
    public void A_long_list_takes_time_that_grows_with_its_length()
    {
        string text = string.Join(", ", Enumerable.Range(0, 20_000).Select(i => $"\"N {i}\" <u{i}@b.example>"));
        Assert.True(AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> found, out _));
        Assert.Equal(20_000, found.Count);
    }
}
