using MailModule.Delivery.Forwarding;

namespace MailModule.Tests.Delivery.Forwarding;

/// <summary>What a forward file may ask about the checks that a message has had.</summary>
public class StoredResultsTests
{
    private const string Ours = "Return-Path: <eve@author.example>\nReceived-SPF: fail\n"
        + "Authentication-Results: mx.example;\n spf=fail smtp.mailfrom=eve@author.example;\n"
        + " spf=pass smtp.helo=client.example; dkim=fail header.d=author.example;\n"
        + " dkim=pass header.d=list.example; arc=none; dmarc=fail header.from=author.example (....\n ....)\n"
        + "Received: from client.example by mx.example; date\n";

    private const string Theirs = "Authentication-Results: mx.example; dmarc=pass header.from=bank.example;"
        + " spf=pass smtp.mailfrom=bank.example\nFrom: eve@author.example\n\ntext\n";

    [Theory]
    [InlineData("spf", "fail")]
    [InlineData("dkim", "pass")]
    [InlineData("arc", "none")]
    [InlineData("dmarc", "fail")]
    [InlineData("auth_domain", "list.example")]
    [InlineData("text", "")]
    public void The_field_in_front_of_Received_tells_it(string name, string value)
        => Assert.Equal(value, StoredResults.Variable(name, Ours + Theirs));

    [Fact]
    public void Fields_that_came_with_the_message_say_nothing()
    {
        Assert.All(StoredResults.Variables, name => Assert.Equal(
            "", StoredResults.Variable(name, "Return-Path: <>\nReceived: from x by y; date\n" + Theirs)));
        Assert.Equal("", StoredResults.Variable("dmarc", ""));
    }

    [Theory]
    [InlineData("dmarc=pass header.from=author.example; dkim=pass header.d=x.example", "author.example")]
    [InlineData("spf=pass smtp.mailfrom=\"a@b\"@author.example", "author.example")]
    [InlineData("spf=pass smtp.helo=client.example", "client.example")]
    [InlineData("spf=softfail smtp.mailfrom=author.example", "")]
    [InlineData("none", "")]
    [InlineData("not a field (", "")]
    public void The_domain_that_is_proved_is_the_authors_before_others(string results, string domain)
        => Assert.Equal(domain, StoredResults.Variable(
            "auth_domain", $"Authentication-Results: mx.example; {results}\nReceived: from x\n"));
}
