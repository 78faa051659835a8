using System.Text;

namespace MailModule.Tests.Smtp.Client;

/// <summary>
/// A server at the far end of a link of 100 ms there and back, in a time of its own: it answers all that has reached it
/// at once, as RFC 2920 §3.2 wants it, and takes everything.
/// </summary>
internal sealed class MemoryServer(params string[] extensions)
{
    private readonly StringBuilder _received = new();
    private bool _isInText;

    public static TimeSpan RoundTrip { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>When the last answer was back at the client.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>When the first MAIL left the client.</summary>
    public TimeSpan FirstMailAt { get; private set; } = TimeSpan.MaxValue;

    public List<string> Texts { get; } = [];

    /// <summary>What comes back to the client, <see cref="RoundTrip"/> after it has said this; LF line ends.</summary>
    public string Answer(string said)
    {
        if (FirstMailAt == TimeSpan.MaxValue && said.Contains("MAIL FROM", StringComparison.Ordinal))
            FirstMailAt = Now;
        _received.Append(said);
        var answer = new StringBuilder();
        while (_isInText ? TryTakeText(answer) : TryTakeLine(answer))
        {
        }
        Now += RoundTrip;
        return answer.ToString();
    }

    private bool TryTakeText(StringBuilder answer)
    {
        string received = "\n" + _received;
        int end = received.IndexOf("\n.\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        Take(end + 2, answer, _received.ToString(0, end));
        return true;
    }

    private bool TryTakeLine(StringBuilder answer)
    {
        string received = _received.ToString();
        int end = received.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0)
            return false;
        string[] words = received[..end].Split(' ');
        if (words[0] == "BDAT")
        {
            // Line ends are two octets on the wire, and one here.
            int length = int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture);
            int count = 0;
            while (length > 0)
                length -= received[end + 1 + count++] == '\n' ? 2 : 1;
            Take(end + 1 + count, answer, received.Substring(end + 1, count));
            return true;
        }
        _received.Remove(0, end + 1);
        _isInText = words[0] == "DATA";
        answer.Append(words[0] switch
        {
            "EHLO" => "250-server.example\n" + string.Concat(extensions.Select(one => $"250-{one}\n")) + "250 HELP\n",
            "DATA" => "354 go\n",
            "QUIT" => "221 bye\n",
            _ => "250 ok\n",
        });
        return true;
    }

    private void Take(int length, StringBuilder answer, string text)
    {
        _received.Remove(0, length);
        _isInText = false;
        Texts.Add(text);
        answer.Append("250 taken\n");
    }
}
