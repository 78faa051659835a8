using MailModule.Primitives;
using MailModule.Smtp.Client;

namespace MailModule.Tests.Smtp.Client;

/// <summary>What a server says when nothing was asked.</summary>
public class SmtpDialogueUnaskedTests
{
    [Theory]
    [InlineData("421 4.3.2 idle too long\n", Fault.RefusedTemporary, 421, "")]
    [InlineData("554 go away\n", Fault.RefusedPermanent, 554, "")]
    [InlineData("250 what for\n", Fault.Protocol, 250, "before it was asked")]
    [InlineData("250-what for\n", Fault.Protocol, null, "before it was asked")]
    public void What_was_not_asked_for_ends_the_dialogue(string words, Fault fault, int? code, string text)
    {
        VerbByVerb caller = Greeted();
        Assert.Equal(DialogueRead.Ended, caller.TryHear(words, out _));
        DialogueEnd end = caller.Dialogue.End!;
        Assert.Equal((fault, code), (end.Fault, end.Reply?.Code));
        Assert.Contains(text, end.Text, StringComparison.Ordinal);
        Assert.Equal(DialogueRead.Ended, caller.TryHear("250 ok\n", out _));
        Assert.Throws<InvalidOperationException>(() => caller.Say(caller.Dialogue.Noop));
    }

    [Theory]
    [InlineData("421 4.3.2 idle too long\n", Fault.RefusedTemporary)]
    [InlineData("421-4.3.2 idle\n421 4.3.2 too long\n", Fault.RefusedTemporary)]
    [InlineData("554 go away\n", Fault.RefusedPermanent)]
    public void A_refusal_that_was_not_asked_for_says_the_same_wherever_it_is_cut(string words, Fault fault)
    {
        for (int cut = 1; cut < words.Length; cut++)
        {
            VerbByVerb caller = Greeted();
            Assert.NotEqual(DialogueRead.Ended, caller.TryHear(words[..cut], out _));
            Assert.Equal(DialogueRead.Ended, caller.TryHear(words[cut..], out _));
            DialogueEnd end = caller.Dialogue.End!;
            Assert.Equal((fault, words[..3]), (end.Fault, end.Reply!.ToString()[..3]));
        }
    }

    [Fact]
    public void A_refusal_that_had_begun_before_a_command_answers_it()
    {
        const string Words = "421 4.3.2 idle too long\n";
        for (int cut = 1; cut < Words.Length; cut++)
        {
            VerbByVerb caller = Greeted();
            caller.TryHear(Words[..cut], out _);
            Assert.Equal("NOOP\n", caller.Say(caller.Dialogue.Noop));
            Assert.Equal(DialogueRead.Ended, caller.TryHear(Words[cut..], out _));
            DialogueEnd end = caller.Dialogue.End!;
            Assert.Equal((Fault.RefusedTemporary, 421), (end.Fault, end.Reply?.Code));
        }
    }

    [Theory]
    [InlineData("hello\n")]
    [InlineData("\n")]
    [InlineData("hel")]
    public void A_line_without_a_code_that_was_not_asked_for_is_passed_over(string words)
    {
        VerbByVerb caller = Greeted();
        Assert.Equal(DialogueRead.Nothing, caller.TryHear(words, out _));
        caller.Say(caller.Dialogue.Noop);
        Assert.Equal(250, caller.Hear("lo\n250 ok\n").Code);
    }

    private static VerbByVerb Greeted()
    {
        var caller = new VerbByVerb();
        caller.Hear("220 hello\n");
        caller.Say(output => caller.Dialogue.Ehlo("host.example", output));
        caller.Hear("250 mx.example\n");
        return caller;
    }
}
