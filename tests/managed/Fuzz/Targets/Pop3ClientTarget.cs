namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Our POP3 client against a server that says what the input holds. The first octet chooses what the client says, the
/// second how much room it reads into. Any cut of what the server says comes to the same; what <see cref="Pop3Talk"/>
/// says holds; the client says whole lines, and nothing behind the end.
/// </summary>
internal static class Pop3ClientTarget
{
    private const int HeadLength = 2;
    private static readonly int[] s_rooms = [1, 2, 3, 7, 64, 4096];

    // Commands with commas between are said one after the other, those with "+" between all at once.
    private static readonly string[] s_plans =
    [
        "CAPA,STLS,CAPA,USER u,PASS " + Pop3Talk.Password + ",STAT,LIST,UIDL,RETR 1,TOP 2 3,DELE 1,NOOP,RSET,QUIT",
        "CAPA,AUTH PLAIN,STAT,LIST 1,UIDL 1,RETR 1,QUIT",
        "AUTH LOGIN,LIST,DELE 1,QUIT",
        "AUTH CRAM-MD5,UIDL,RETR 2,NOOP",
        "AUTH SCRAM-SHA-256,STAT,QUIT",
        "AUTH SCRAM-SHA-1,AUTH XOAUTH2,AUTH OAUTHBEARER,QUIT",
        "STAT+LIST+UIDL+NOOP,RETR 1+RETR 2+RETR 3+DELE 1+DELE 2,QUIT",
        "RETR 1,TOP 1 0,RETR 2",
        "XOWN,QUIT",
    ];

    public static void Check(byte[] input)
    {
        if (input.Length < HeadLength)
            return;
        string whole = Run(input, Pieces.Whole);
        foreach (Pieces cut in PiecesExtensions.Cut)
            Assert.Equal(whole, Run(input, cut));
    }

    private static string Run(byte[] input, Pieces pieces)
    {
        var talk = new Pop3Talk(input[HeadLength..], pieces, s_rooms[input[1] % s_rooms.Length]);
        talk.Hear(); // the greeting
        foreach (string step in s_plans[input[0] % s_plans.Length].Split(','))
        {
            string[] commands = step.Split('+');
            foreach (string command in commands)
                talk.Say(command);
            foreach (string command in commands)
                talk.HearTo(command);
        }
        talk.End();
        CheckSaid(talk.Said);
        return talk.Found;
    }

    private static void CheckSaid(string said)
    {
        Assert.True(said.Length == 0 || said.EndsWith("\r\n", StringComparison.Ordinal), "not whole lines");
        foreach (string line in said.Split("\r\n")[..^1])
            Assert.False(line.Any(char.IsControl), $"a control character: {line}");
    }
}
