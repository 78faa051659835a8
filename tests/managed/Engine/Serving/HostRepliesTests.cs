using MailModule.Engine.Serving;
using MailModule.Pop3.Server;

namespace MailModule.Tests.Engine.Serving;

public class HostRepliesTests
{
    [Theory]
    [InlineData(1, "550 5.7.1 Message refused")]
    [InlineData(399, "550 5.7.1 Message refused")]
    [InlineData(400, "400 4.7.1 Message refused for now, try again later")]
    [InlineData(421, "421 4.3.2 Service not available now, closing connection")]
    [InlineData(451, "451 4.3.0 Message not taken: error in processing, try again later")]
    [InlineData(552, "552 5.3.4 Message refused: it is larger than may be stored")]
    [InlineData(599, "599 5.7.1 Message refused")]
    [InlineData(600, "550 5.7.1 Message refused")]
    [InlineData(int.MaxValue, "550 5.7.1 Message refused")]
    public void A_refusal_without_words_says_what_its_number_means(int answer, string reply)
        => Assert.Equal(reply, HostReplies.MessageRefusal(answer, null).ToString());

    [Theory]
    [InlineData(421, "421 4.3.2 Service not available now, closing connection")]
    [InlineData(450, "450 4.7.1 Connection refused for now, try again later")]
    [InlineData(2, "550 5.7.1 Connection refused")]
    public void A_client_is_refused_in_other_words_than_a_message(int answer, string reply)
        => Assert.Equal(reply, HostReplies.ConnectionRefusal(answer, null).ToString());

    [Fact]
    public void The_hosts_words_win_and_its_status_where_it_is_of_the_codes_class()
    {
        var words = new HostRefusal("4.2.1", "Ask ann");
        Assert.Equal("450 4.2.1 Ask ann", HostReplies.MessageRefusal(450, words).ToString());
        Assert.Equal("550 5.7.1 Ask ann", HostReplies.MessageRefusal(550, words).ToString());
        Assert.Equal("[SYS/PERM] Ask ann", HostReplies.RetrievalRefusal(550, words).Text);
        Assert.Equal((Pop3VerdictKind.Close, "[SYS/TEMP] Ask ann"),
            (HostReplies.RetrievalRefusal(421, words).Kind, HostReplies.RetrievalRefusal(421, words).Text));
        Assert.Equal("[IN-USE] no", HostReplies.LoginRefusal(new HostRefusal(null, "[IN-USE] no")).Text);
    }

    [Theory]
    [InlineData("5.7.1", "two\r\n250 lines")]
    [InlineData("5.7.1", "")]
    [InlineData("5.7.1", "grün")]
    [InlineData("2.0.0", "text")]
    [InlineData("5.7.1\n", "text")]
    [InlineData("5.7", "text")]
    public void Words_that_could_break_a_reply_are_none(string status, string text)
        => Assert.NotNull(new HostRefusal(status, text).FindProblem());
}
