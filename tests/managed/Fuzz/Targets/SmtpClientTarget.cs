using System.Text;
using MailModule.Mail;
using MailModule.Smtp.Client;
using MailModule.Tests.Smtp.Client;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Our client against a server that says what the input holds, line by line; the first octet chooses what the client
/// wants. Every recipient has a result in the end, none is delivered whose message did not go out, and the client says
/// whole lines.
/// </summary>
internal static class SmtpClientTarget
{
    public static void Check(byte[] input)
    {
        if (input.Length == 0)
            return;
        SmtpClientTransaction[] work = WorkOf(input[0]);
        var server = new ClientDialogue((StartTlsUse)((input[0] >> 1) % 3), early: (input[0] & 16) != 0,
            login: (input[0] & 32) != 0 ? new Credentials("user", "secret") : null, clear: (input[0] & 64) != 0,
            work: work);
        string said = Talk(server, Encoding.Latin1.GetString(input, 1, input.Length - 1));
        server.Lose();
        Assert.True(server.HasEnded, "the session has not ended");
        Assert.True(said.Length == 0 || said.EndsWith('\n') && !said.Contains('\r'), "not whole lines");
        foreach (SmtpClientTransaction message in work)
            CheckResults(message, said);
    }

    private static SmtpClientTransaction[] WorkOf(byte choice)
    {
        string text = (choice & 128) != 0 ? "Subject: \u00e9\n\n.\n" : "Subject: a\n\n.\nb\r.\r";
        string second = (choice & 128) != 0 ? "b\u00fc@b.example" : "b@b.example";
        SmtpClientTransaction one = ClientDialogue.Message(text, "a@b.example", second);
        return (choice & 1) != 0 ? [one, ClientDialogue.Message("next\n", "c@b.example")] : [one];
    }

    private static string Talk(ClientDialogue server, string script)
    {
        var said = new StringBuilder();
        foreach (string line in script.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
        {
            if (server.Last == Next.Close)
                break;
            said.Append(server.Say(line + "\n"));
        }
        return said.ToString();
    }

    private static void CheckResults(SmtpClientTransaction message, string said)
    {
        int final = message.Results.Count(result => result is not null);
        Assert.True(final == 0 || final == message.Results.Count, "a recipient without a result");
        Assert.False(message.HasDelivered && !said.Contains("\n.\n", StringComparison.Ordinal),
            "delivered, though the message did not go out");
        Assert.False(message.HasDelivered && message.Sent == 0, "delivered, though nothing was sent");
    }
}
