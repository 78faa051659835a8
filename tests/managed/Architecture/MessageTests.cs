using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>What error messages and lines of the log may be made of, as far as a scan of sources can tell.</summary>
public class MessageTests
{
    private static readonly Regex ExceptionText =
        new(@"\b(e|ex|exception|inner|failure|cause)\.(Message|GetType\(\))|\.GetType\(\)\.(Full)?Name");

    /// <summary>The name of a constant of ours, such as "Io", where there should be words.</summary>
    private static readonly Regex FaultName = new(@"\$""[^""]*\{(\w+\.)*[fF]ault\}");

    private static readonly Regex BareFault = new(@"(return|[?:]|=>)\s+Fault\.(?!None\b)\w+\s*[;:,)]");

    // The first puts exceptions into words, the second takes OpenSSL's words out of the TLS layer's; the third passes
    // on what those say who move a connection's octets in our place.
    private static readonly string[] WordsOfExceptions =
    [
        "src/MailModule.Managed/Primitives/ExceptionWords.cs",
        "src/MailModule.Managed/Transport/TlsExceptions.cs",
        "src/MailModule.Managed/Transport/CallbackLink.cs",
    ];

    [Fact]
    public void The_text_of_an_exception_is_shown_by_few_files()
        => Assert.DoesNotContain(
            Lines("src"), line => !WordsOfExceptions.Contains(line.File) && ExceptionText.IsMatch(line.Text));

    [Fact]
    public void A_fault_is_told_in_words()
        => Assert.DoesNotContain(Lines("src"), line => FaultName.IsMatch(line.Text));

    /// <summary>The border maps exceptions to faults, and tells their words beside them.</summary>
    [Fact]
    public void What_the_C_edge_refuses_it_gives_a_reason_for()
        => Assert.DoesNotContain(
            Lines("src/MailModule.Native"),
            line => BareFault.IsMatch(line.Text) && !line.File.EndsWith("Boundary.cs", StringComparison.Ordinal));

    [Theory]
    [InlineData("log.Write(LogLevel.Error, \"x\", $\"{file}: {e.Message}\");", true)]
    [InlineData("detail = $\"{exception.GetType().Name}: x\";", true)]
    [InlineData("fault = Layout.Check<QueueMessageLayout>(call.Message);", false)]
    public void The_scan_knows_an_exceptions_text(string line, bool expected)
        => Assert.Equal(expected, ExceptionText.IsMatch(line));

    [Theory]
    [InlineData("Problem = $\"{problem}: {fault}\";", true)]
    [InlineData("Problem = $\"{problem}: {FaultWords.Of(fault)}\";", false)]
    public void The_scan_knows_a_faults_name(string line, bool expected)
        => Assert.Equal(expected, FaultName.IsMatch(line));

    [Theory]
    [InlineData("            return Fault.Argument;", true)]
    [InlineData("return path.Length == 0 ? Fault.Argument : send.Sending.SetFile(path);", true)]
    [InlineData("return handle == 0 ? HandleTable.TooMany : Fault.None;", false)]
    [InlineData("if (fault == Fault.State)", false)]
    public void The_scan_knows_a_refusal_without_a_reason(string line, bool expected)
        => Assert.Equal(expected, BareFault.IsMatch(line));

    private static IEnumerable<(string File, int Line, string Text)> Lines(string folder)
    {
        foreach (string path in Repository.CSharpFiles(folder))
        {
            string file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
            int number = 0;
            foreach (string text in File.ReadLines(path))
                yield return (file, ++number, text);
        }
    }
}
