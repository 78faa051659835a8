using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class TagListTests
{
    private static readonly char[] s_blanks = [.. " \t\r\n"];

    [Theory]
    [InlineData("a=b", "a=b")]
    [InlineData(" a = b ; c = d ; ", "a=b;c=d")]
    [InlineData("a=;b=x=y", "a=;b=x=y")]
    [InlineData("a=b c\r\n\td;\r\n", "a=b c\r\n\td")]
    [InlineData("a_1=b;A=c;a=d", "a_1=b;A=c;a=d")]
    [InlineData("a=\xc3\xa4", "a=\xc3\xa4")]
    public void A_list_of_tags_is_read(string text, string expected)
    {
        Assert.True(TagList.TryParse(text, out TagList list));
        Assert.Equal(expected, string.Join(';', list.Tags.Select(tag => $"{tag.Name}={tag.Value}")));
        Assert.All(list.Tags, tag => Assert.Equal(tag.Value.ToString(), text[tag.Start..tag.End].Trim()));
        Assert.All(list.Tags, tag => Assert.Equal(tag.Value.ToString(), list.Find(tag.Name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(";")]
    [InlineData("a")]
    [InlineData("=b")]
    [InlineData("a=b;;")]
    [InlineData("a=b; ;c=d")]
    [InlineData(";a=b")]
    [InlineData("a=b;a=c")]
    [InlineData("1a=b")]
    [InlineData("a b=c")]
    [InlineData("a-b=c")]
    [InlineData("a=b\0")]
    [InlineData("a=b\x7f")]
    public void What_is_no_list_of_tags_is_refused(string text) => Assert.False(TagList.TryParse(text, out _));

    [Fact]
    public void A_list_has_a_limit()
    {
        string[] tags = [.. Enumerable.Range(0, TagList.TagLimit + 1).Select(i => $"t{i}=x")];
        Assert.True(TagList.TryParse(string.Join(';', tags.SkipLast(1)), out _));
        Assert.False(TagList.TryParse(string.Join(';', tags), out _));
    }

    [Fact]
    public void Garbage_is_no_exception()
    {
        var random = new Random(32);
        for (int round = 0; round < 20_000; round++)
        {
            string text = string.Concat(random.GetItems("ab=; \t\r\n1_\0\xff".AsSpan(), random.Next(12)));
            if (TagList.TryParse(text, out TagList list))
                Assert.All(
                    list.Tags, tag => Assert.Equal(tag.Value.ToString(), text[tag.Start..tag.End].Trim(s_blanks)));
        }
    }
}
