using MailModule.Smtp.Client;

namespace MailModule.Tests.Smtp.Client;

/// <summary>A command that a host has written by itself is known by its verb.</summary>
public class CommandEffectTests
{
    [Theory]
    [InlineData("EHLO a.example", "Ehlo")]
    [InlineData("ehlo a.example", "Ehlo")]
    [InlineData("  EHLO\ta.example", "Ehlo")]
    [InlineData("HELO a", "Helo")]
    [InlineData("LHLO a", "Lhlo")]
    [InlineData("STARTTLS", "StartTls")]
    [InlineData("Auth PLAIN x", "Auth")]
    [InlineData("MAIL FROM:<>", "Mail")]
    [InlineData("RCPT TO:<a@b>", "Rcpt")]
    [InlineData("DATA", "Data")]
    [InlineData("RSET", "Rset")]
    [InlineData("QUIT", "Quit")]
    [InlineData("DATABASE", "Other")]
    [InlineData("XFOO bar", "Other")]
    [InlineData("", "Other")]
    public void Its_verb_says_what_its_reply_does(string line, string reply)
    {
        Assert.True(CommandEffect.TryRead(line, out CommandEffect effect));
        Assert.Equal((reply, 0), (effect.Reply.ToString(), effect.ChunkLength));
    }

    [Theory]
    [InlineData("BDAT 10", "Chunk", 10)]
    [InlineData("bdat 0 last", "LastChunk", 0)]
    [InlineData("BDAT 4294967296 LAST", "LastChunk", 4294967296)]
    public void A_chunk_says_how_many_octets_follow(string line, string reply, long length)
    {
        Assert.True(CommandEffect.TryRead(line, out CommandEffect effect));
        Assert.Equal((reply, length), (effect.Reply.ToString(), effect.ChunkLength));
    }

    [Theory]
    [InlineData("BDAT")]
    [InlineData("BDAT LAST")]
    [InlineData("BDAT -1")]
    [InlineData("BDAT 1x")]
    [InlineData("BDAT 99999999999999999999")]
    public void A_chunk_of_unknown_length_is_none(string line) => Assert.False(CommandEffect.TryRead(line, out _));
}
