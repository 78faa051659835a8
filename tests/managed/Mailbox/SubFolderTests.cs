using MailModule.Mailbox;

namespace MailModule.Tests.Mailbox;

public class SubFolderTests
{
    [Theory]
    [InlineData("spam", "spam")]
    [InlineData("lists/friends", "lists/friends")]
    [InlineData("lists.friends", "lists/friends")]
    [InlineData(".lists.friends", "lists/friends")]
    [InlineData("./spam/", "spam")]
    [InlineData("Maildir/.spam", "spam")]
    [InlineData("mbox/spam", "spam")]
    [InlineData("/h/ann/mbox/spam", "spam")]
    [InlineData("/h/ann/Maildir/.spam", "spam")]
    [InlineData("/h/ann/spam", "spam")]
    [InlineData("two words", "two words")]
    [InlineData("\u0441\u043f\u0430\u043c", "\u0441\u043f\u0430\u043c")]
    [InlineData("Maildir", "Maildir")]
    [InlineData("new", "new")]
    public void A_folder_of_the_mailbox_has_one_name(string text, string folder)
    {
        Assert.True(SubFolder.TryParse(text, "/h/ann", out string found));
        Assert.Equal(folder, found);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData("../bob/Maildir")]
    [InlineData("spam/../../x")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("/etc/passwd")]
    [InlineData("/h/annex/spam")]
    [InlineData("/h/ann")]
    [InlineData("/h/ann/../bob")]
    [InlineData("Maildir/../../x")]
    [InlineData("~/spam")]
    [InlineData("$text")]
    [InlineData("a*")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public void Nothing_outside_of_the_mailbox_has_one(string text)
        => Assert.False(SubFolder.TryParse(text, "/h/ann", out _));

    [Fact]
    public void A_name_too_long_for_a_file_is_none()
    {
        Assert.True(SubFolder.TryParse(new string('x', 200), "/h/ann", out _));
        Assert.False(SubFolder.TryParse(new string('x', 201), "/h/ann", out _));
        Assert.False(SubFolder.TryParse(new string('\u20ac', 70), "/h/ann", out _));
    }

    [Fact]
    public void Whatever_is_taken_leads_nowhere_but_into_the_mailbox()
    {
        string[] bits = ["..", ".", "/", "a", "/h/ann", "mbox", "Maildir", "~", "\\", "\0", "\n", " "];
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(
                Enumerable.Range(0, random.Next(1, 8)).Select(_ => bits[random.Next(bits.Length)]));
            if (SubFolder.TryParse(text, "/h/ann", out string folder))
                Assert.Equal("/m/." + folder.Replace('/', '.'), Path.GetFullPath("/m/." + folder.Replace('/', '.')));
        }
    }
}
