using System.Text;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>Messages with whatever may matter to a canonical form: folds, blanks, empty lines, eight bits.</summary>
internal static class RandomMessage
{
    private static readonly string[] s_words
        = ["a", "word", "another", "  ", " ", "\t", " \t ", "x.y", "=3D", "J\xc3\xb6rg", "\u00a0",
            "--", "\"q\"", ";", ":"];

    private static readonly string[] s_names
        = ["Subject", "To", "Cc", "X-Other", "Date", "Message-ID", "received", "COMMENTS", "Content-Type", "List-Id"];

    /// <summary>With CRLF, Latin-1; From is in it once.</summary>
    public static string Make(Random random)
    {
        var message = new StringBuilder();
        int from = random.Next(4);
        for (int i = 0; i < 8; i++)
        {
            if (i == from)
                message.Append(Name(random, "From")).Append("Joe <joe@example.org>\r\n");
            else if (random.Next(4) > 0)
                message.Append(Name(random, s_names[random.Next(s_names.Length)])).Append(Value(random)).Append("\r\n");
        }
        message.Append("\r\n");
        for (int lines = random.Next(8); lines > 0; lines--)
            message.Append(Line(random)).Append("\r\n");
        if (random.Next(3) == 0)
            message.Append("last line");
        return message.ToString();
    }

    private static string Name(Random random, string name) => name + ":" + new string(' ', random.Next(3));

    // A fold is followed by text: a line of blanks alone is obsolete, and read differently.
    private static string Value(Random random)
        => string.Join("\r\n" + (random.Next(2) == 0 ? " " : "\t"),
            Enumerable.Range(0, 1 + random.Next(3)).Select(_ => "v" + Line(random) + "w" + Blanks(random)));

    private static string Line(Random random) => string.Concat(random.GetItems(s_words, random.Next(6)));

    private static string Blanks(Random random) => random.Next(5) == 0 ? " \t" : "";
}
