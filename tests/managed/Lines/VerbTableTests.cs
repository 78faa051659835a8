using System.Text;
using MailModule.Lines;

namespace MailModule.Tests.Lines;

public class VerbTableTests
{
    private static readonly string[] Verbs =
        ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "STARTTLS", "STAT", "TOP", "UTF8", "XFORWARDED", "XFORWARDING"];

    private static readonly VerbTable<string> Table = new(Verbs, verb => verb);

    [Fact]
    public void Every_verb_is_found_whatever_the_case_of_its_letters()
        => Assert.All(Verbs, verb =>
        {
            Assert.Same(verb, Find(verb));
            Assert.Same(verb, Find(verb.ToLowerInvariant()));
            Assert.Same(verb, Find(verb[..1] + verb[1..].ToLowerInvariant()));
        });

    [Fact]
    public void No_other_octets_are_a_verb()
    {
        foreach (string verb in Verbs)
            for (int at = 0; at < verb.Length; at++)
                for (int octet = 0; octet < 256; octet++)
                {
                    string word = verb[..at] + (char)octet + verb[(at + 1)..];
                    bool isVerb = octet < 128 && Verbs.Contains(word.ToUpperInvariant());
                    Assert.Equal(isVerb, Find(word) is not null);
                }
    }

    [Theory]
    [InlineData("")]
    [InlineData("DAT")]
    [InlineData("DATAX")]
    [InlineData(" DATA")]
    [InlineData("DATA\t")]
    [InlineData("\0TOP")]
    [InlineData("STARTTLSX")]
    [InlineData("XFORWARDE")]
    public void What_begins_or_ends_otherwise_is_no_verb(string word) => Assert.Null(Find(word));

    [Fact]
    public void A_verb_stands_in_a_table_once()
        => Assert.Throws<ArgumentException>(() => new VerbTable<string>(["NOOP", "noop"], verb => verb));

    private static string? Find(string word) => Table.Find(Encoding.Latin1.GetBytes(word));
}
