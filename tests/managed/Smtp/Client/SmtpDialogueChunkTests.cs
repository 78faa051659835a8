using MailModule.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Smtp.Client;

/// <summary>BDAT (RFC 3030), verb by verb.</summary>
public class SmtpDialogueChunkTests
{
    [Fact]
    public void Chunks_go_as_they_are_and_their_replies_come_in_order()
    {
        VerbByVerb caller = Greeted("250-mx\n250 CHUNKING\n");
        SmtpDialogue smtp = caller.Dialogue;
        Assert.True(smtp.Extensions.Chunking);
        Assert.Equal("BDAT 6\n.\na\nBDAT 0 LAST\nNOOP\n", caller.Say(output =>
        {
            smtp.Bdat(".\r\na\r\n"u8[..6], isLast: false, output);
            smtp.Bdat(default, isLast: true, output);
            smtp.Noop(output);
        }));
        Assert.Equal(ReplyTo.Chunk, Answered("250 6 octets\n250 taken\n250 ok\n"));
        Assert.Equal(ReplyTo.LastChunk, Answered(""));
        Assert.Equal(ReplyTo.Other, Answered(""));

        ReplyTo Answered(string words)
        {
            Assert.Equal(250, caller.Hear(words).Code);
            return caller.Answered.To;
        }
    }

    [Fact]
    public void A_chunk_may_lie_in_the_output_behind_the_place_of_its_line()
    {
        VerbByVerb caller = Greeted();
        Assert.Equal("NOOP\nBDAT 3 LAST\nabc", caller.Say(output =>
        {
            caller.Dialogue.Noop(output);
            Span<byte> room = output.GetSpan(SmtpDialogue.ChunkLineLimit + 3)[SmtpDialogue.ChunkLineLimit..];
            "abc"u8.CopyTo(room);
            caller.Dialogue.Bdat(room[..3], isLast: true, output);
        }));
        Assert.True($"BDAT {long.MaxValue} LAST\r\n".Length <= SmtpDialogue.ChunkLineLimit);
    }

    [Fact]
    public void It_is_known_whether_a_transaction_is_open()
    {
        VerbByVerb caller = Greeted();
        SmtpDialogue smtp = caller.Dialogue;
        var seen = new List<bool>();
        Do(output => smtp.Mail("", default, output), "250 ok\n");
        Do(smtp.Rset, "250 ok\n");
        Do(output => smtp.Mail("", default, output), "550 no\n");
        Do(output => smtp.Ehlo("host.example", output), "250 ok\n");
        Do(output => smtp.Mail("", default, output), "250 ok\n");
        Do(smtp.Data, "354 go\n");
        Do(output => smtp.EndContent(output), "550 no\n");
        Do(output => smtp.Mail("", default, output), "250 ok\n");
        Do(output => smtp.Bdat(default, isLast: false, output), "250 ok\n");
        Do(output => smtp.Bdat(default, isLast: true, output), "250 ok\n");
        Do(output => smtp.Mail("", default, output), "250 ok\n");
        Do(output => smtp.Bdat(default, isLast: true, output), "503 nobody\n");
        Assert.Equal([true, false, true, false, true, true, false, true, true, false, true, true], seen);

        void Do(Action<Output> command, string answer)
        {
            caller.Say(command);
            caller.Hear(answer);
            seen.Add(smtp.HasMail);
        }
    }

    [Fact]
    public void Neither_a_chunk_nor_its_line_is_said_in_the_middle_of_a_content()
    {
        VerbByVerb caller = Greeted();
        caller.Say(caller.Dialogue.Data);
        caller.Hear("354 go\n");
        Assert.Throws<InvalidOperationException>(
            () => caller.Say(output => caller.Dialogue.BdatLine(3, isLast: true, output)));
    }

    private static VerbByVerb Greeted(string ehlo = "250 mx.example\n")
    {
        var caller = new VerbByVerb();
        caller.Hear("220 hello\n");
        caller.Say(output => caller.Dialogue.Ehlo("host.example", output));
        caller.Hear(ehlo);
        return caller;
    }
}
