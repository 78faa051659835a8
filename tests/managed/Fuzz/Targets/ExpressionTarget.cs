using System.Text;
using MailModule.Delivery.Forwarding;
using MailModule.Policy.Expressions;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// Expressions: read or refused with a place in the text, and answered the same each time, in bounded memory. That they
/// end in bounded time is afl-fuzz's time-out to tell.
/// </summary>
internal static class ExpressionTarget
{
    /// <summary>Of one expression at most, patterns with counted repetitions among them.</summary>
    private const long MemoryLimit = 256 * 1024 * 1024;

    public static void Check(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isRead = Expression.TryParse(
            text, DotForwardScript.Variables, out Expression expression, out string error);
        Assert.Equal(isRead, error.Length == 0);
        if (!isRead)
            return;
        bool first = new Evaluator(new Facts()).IsTrue(expression);
        Assert.Equal(first, new Evaluator(new Facts()).IsTrue(expression));
        long made = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(made < MemoryLimit, $"{made} octets made");
    }

    private sealed class Facts : IExpressionFacts
    {
        private static readonly string s_text =
            "Subject: [friends] lunch\nFrom: ann@example.org\n\n"
                + string.Concat(Enumerable.Repeat("aaaa bb 12\n", 20));

        public string Variable(string name) => name switch
        {
            "size_kb" => "12",
            "text" => s_text,
            "body" => s_text[^220..],
            "errorlevel" => "0",
            _ => "/tmp/message",
        };

        public bool ContainsWord(string word) => s_text.Contains(word, StringComparison.OrdinalIgnoreCase);

        public FileFacts? File(string path)
            => path.Length % 2 == 0 ? new FileFacts(path.Length, 1_700_000_000, 420) : null;
    }
}
