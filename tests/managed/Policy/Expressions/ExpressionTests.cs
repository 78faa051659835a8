using MailModule.Policy.Expressions;

namespace MailModule.Tests.Policy.Expressions;

public class ExpressionTests
{
    private static readonly HashSet<string> s_names = ["text", "size", "empty", "file", "in_text"];

    private readonly TestFacts _facts = new();

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"\"", false)]
    [InlineData("word", true)]
    [InlineData("$size", true)]
    [InlineData("$empty", false)]
    [InlineData("!$empty", true)]
    [InlineData("! ! 1", true)]
    [InlineData("!(1 && 0)", true)]
    [InlineData("a = a", true)]
    [InlineData("a == b", false)]
    [InlineData("a != b", true)]
    [InlineData("a!=b", true)]
    [InlineData("a < b", true)]
    [InlineData("b>a", true)]
    [InlineData("a <= a && a >= a", true)]
    [InlineData("9 < 10", true)]
    [InlineData("\"9\" > 10", false)]
    [InlineData("-1 < 0", true)]
    [InlineData("9x < 10", false)]
    [InlineData("$size > 99", true)]
    [InlineData("$size = 0100", true)]
    [InlineData("a b = ab", true)]
    [InlineData("a b = \" ab \"", true)]
    [InlineData("A = a", false)]
    [InlineData("$text ~ brown", true)]
    [InlineData("$text ~ quick brown", true)]
    [InlineData("$text ~ \"quick  brown\"", false)]
    [InlineData("$text ~ Brown", false)]
    [InlineData("$in_text(BROWN)", true)]
    [InlineData("$in_text(quick brown)", true)]
    [InlineData("$in_text(green) || $in_text(fox)", true)]
    [InlineData("exist(/there)", true)]
    [InlineData("exist(/not/there)", false)]
    [InlineData("exist($file) && exist($file.old)", false)]
    [InlineData("fsize(/there) = 42", true)]
    [InlineData("fsize(/not/there) = 0", true)]
    [InlineData("ftime(/there) > 1700000000 && fmode(/there) = 640", true)]
    [InlineData("don't = \"don't\"", true)]
    [InlineData("'a\"b' = `a\"b`", true)]
    public void It_is_true_or_false(string text, bool expected) => Assert.Equal(expected, Eval(text));

    [Theory]
    [InlineData("0 && 0 || 1", false)] // not (0 && 0) || 1
    [InlineData("1 || 1 && 0", true)]
    [InlineData("1 && 0 || 1", true)]
    [InlineData("1 || 0 && 0", true)]
    [InlineData("(0 && 0) || 1", true)]
    [InlineData("!0 && 1", true)]
    [InlineData("!1 || 1", true)]
    public void The_first_operator_splits_the_text(string text, bool expected) => Assert.Equal(expected, Eval(text));

    [Theory]
    [InlineData("$text =~ /qu.ck/", true)]
    [InlineData("$text =~ /QUICK/", false)]
    [InlineData("$text =~ /QUICK/i", true)]
    [InlineData("$text =~ /^brown/", false)]
    [InlineData("$text =~ /^second/", true)]
    [InlineData("$text =~ /fox$/", true)]
    [InlineData("$text =~ /fox.second/", false)]
    [InlineData("$text =~ /fox\\nsecond/", true)]
    [InlineData("$text =~ /[a-f]ox/", true)]
    [InlineData("$text =~ /[^a-e]ox/", true)]
    [InlineData("$text =~ /qui{1,2}ck/ && $text =~ /qui{2}ck/", false)]
    [InlineData("$text =~ /(slow|quick)/", true)]
    [InlineData("$text =~ /\\113\\x75\\o151ck/", true)] // decimal, hexadecimal, octal
    [InlineData("a/b =~ /a\\/b/", true)]
    [InlineData("\"]\" =~ /[]]/", true)]
    public void Patterns_match(string text, bool expected) => Assert.Equal(expected, Eval(text));

    [Fact]
    public void An_operand_is_no_longer_than_its_limit_however_often_it_names_a_text()
    {
        _facts.Text = new string('a', 1024 * 1024) + "b";
        string many = string.Concat(Enumerable.Repeat("$text", 500));
        Assert.True(Eval($"{many} ~ ba"));
        Assert.False(Eval($"{many}\"c\" ~ c"));
    }

    [Fact]
    public void Conditions_have_a_time_together_and_then_are_false_and_say_so()
    {
        var evaluation = new Evaluator(_facts, isTimeUp: () => true);
        foreach (string text in new[] { "1", "!0", "0 || 1", "$text =~ /quick/" })
        {
            Assert.False(evaluation.IsTrue(Parse(text)));
            Assert.Contains("too long", evaluation.Problem, StringComparison.Ordinal);
        }
        Assert.Empty(_facts.Asked);
    }

    [Fact]
    public void Captures_last_from_one_expression_to_the_next()
    {
        var evaluation = new Evaluator(_facts);
        Assert.True(evaluation.IsTrue(Parse("$text =~ /(q\\w+) (br\\w+)( grey)?/")));
        Assert.Equal(("quick", "brown", "", "brown"),
            (evaluation.Captures.Find("1"), evaluation.Captures.Find("2"), evaluation.Captures.Find("3"),
                evaluation.Captures.Find("+")));
        Assert.Equal(("the ", " fox\nsecond line"), (evaluation.Captures.Before, evaluation.Captures.After));
        Assert.True(evaluation.IsTrue(Parse("$1 = quick && $` = the && $\\` = the && $' ~ second")));
        Assert.True(evaluation.IsTrue(Parse("$text =~ /(fox)/c")));
        Assert.Equal("quick", evaluation.Captures.Find("1"));
        Assert.False(evaluation.IsTrue(Parse("$text =~ /(cat)/")));
        Assert.Equal("quick", evaluation.Captures.Find("1"));
        Assert.Null(evaluation.Captures.Find("text"));
    }

    [Fact]
    public void What_is_settled_is_not_asked()
    {
        Assert.False(Eval("0 && exist(/asked)"));
        Assert.True(Eval("1 || exist(/asked)"));
        Assert.DoesNotContain("/asked", _facts.Asked);
        Assert.False(Eval("1 && exist(/asked)"));
        Assert.Contains("/asked", _facts.Asked);
    }

    [Theory]
    [InlineData("", "a value is missing")]
    [InlineData("a =", "a value is missing")]
    [InlineData("= a", "a value is missing")]
    [InlineData("a && ", "a value is missing")]
    [InlineData("(a", "not closed")]
    [InlineData("a)", "a parenthesis too many")]
    [InlineData("a = b = c", "an operator is missing")]
    [InlineData("(a) b", "an operator is missing")]
    [InlineData("$nothing", "no variable $nothing")]
    [InlineData("$", "no variable $")]
    [InlineData("$0", "no variable $0")]
    [InlineData("system(ls)", "no function system")]
    [InlineData("exist(a", "not closed")]
    [InlineData("exist()", "a value is missing")]
    [InlineData("\"a", "a quote has no end")]
    [InlineData("a =~ b", "between slashes")]
    [InlineData("a =~ /b", "has no end")]
    [InlineData("a =~ /b\\/", "has no end")]
    [InlineData("a =~ //", "1 to 1024")]
    [InlineData("a =~ /b/x", "flags")]
    [InlineData("a =~ /b**/", "not a regular expression")]
    [InlineData("a =~ /(b/", "not a regular expression")]
    [InlineData("a =~ /(?=b)/", "not known here")]
    [InlineData("a =~ /(?<n>b)/", "not known here")]
    [InlineData("a =~ /b{2,1}/", "a repetition is")]
    [InlineData("a =~ /b{x}/", "a repetition is")]
    [InlineData("a =~ /b{1001}/", "a repetition is")]
    [InlineData("a =~ /((b{100}){100}){100}/", "multiply to too much")]
    [InlineData("a =~ /\\999/", "up to 255")]
    [InlineData("a =~ /\\xg/", "up to 255")]
    [InlineData("a =~ /[b/", "no end")]
    [InlineData("a =~ /[]/", "no end")] // the bracket that comes first stands for itself
    public void What_is_wrong_is_told(string text, string reason)
    {
        Assert.False(Expression.TryParse(text, s_names, out _, out string error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        Assert.True(Eval(new string('(', 32) + "1" + new string(')', 32)));
        Assert.False(Expression.TryParse(new string('(', 33) + "1" + new string(')', 33), s_names, out _, out _));
        Assert.True(Eval(new string('!', 32) + "1"));
        Assert.False(Expression.TryParse(new string('!', 33) + "1", s_names, out _, out _));
        Assert.False(Expression.TryParse(
            string.Concat(Enumerable.Repeat("exist(", 33)) + "1" + new string(')', 33), s_names, out _, out _));
        string chain = string.Join("||", Enumerable.Repeat("0", Expression.LengthLimit / 3));
        Assert.False(Eval(chain));
        Assert.False(Expression.TryParse(new string('a', Expression.LengthLimit + 1), s_names, out _, out _));
    }

    [Fact]
    public void A_pattern_made_to_be_slow_is_not()
    {
        _facts.Text = new string('x', 200_000);
        Assert.False(Eval("$text =~ /(x+x+)+y/"));
        Assert.False(Eval("$text =~ /(x|xx|xxx)*y/"));
    }

    [Fact]
    public void Every_prefix_of_an_expression_is_read_or_refused()
    {
        const string whole =
            "!($size >= 100 || $text =~ /^a{2,3}[^]b]\\x41(c|d)*?$/ic) && exist($file.bak) == \"a b\" && "
                + "$in_text(don't) != $1";
        Assert.True(Expression.TryParse(whole, s_names, out _, out string error), error);
        for (int i = 0; i < whole.Length; i++)
            ReadOrRefuse(whole[..i]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Garbage_is_read_or_refused(int seed)
    {
        string[] bits = ["$text", "$1", "$", "!", "(", ")", "&&", "||", "=", "=~", "~", "<", "!=", " ", "/", "/a/",
            "[", "{2,", "}", "\\", "\"", "'", "`", "a", "exist(", "in_text", "\0", "\u20ac", "9", "*"];
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++)
            ReadOrRefuse(string.Concat(
                Enumerable.Range(0, random.Next(1, 24)).Select(_ => bits[random.Next(bits.Length)])));
    }

    private void ReadOrRefuse(string text)
    {
        bool isRead = Expression.TryParse(text, s_names, out Expression expression, out string error);
        Assert.Equal(isRead, error.Length == 0);
        if (isRead)
            new Evaluator(_facts).IsTrue(expression);
    }

    private bool Eval(string text) => new Evaluator(_facts).IsTrue(Parse(text));

    private static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, s_names, out Expression expression, out string error),
            $"{text}: {error}");
        return expression;
    }

    private sealed class TestFacts : IExpressionFacts
    {
        public string Text { get; set; } = "the quick brown fox\nsecond line";
        public List<string> Asked { get; } = [];

        public string Variable(string name) => name switch
        {
            "text" => Text,
            "size" => "100",
            "file" => "/there",
            _ => "",
        };

        public bool ContainsWord(string word) => Text.Contains(word, StringComparison.OrdinalIgnoreCase);

        public FileFacts? File(string path)
        {
            Asked.Add(path);
            return path == "/there" ? new FileFacts(42, 1_700_000_001, 0x1A0) : null;
        }
    }
}
