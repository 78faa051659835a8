using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>What CONTRIBUTING.md asks of the sources, as far as a scan can tell.</summary>
public class StyleTests
{
    private const int LinesOfAFile = 400;

    private static readonly Regex TypeName =
        new(@"\b(?:class|struct|interface|enum|record)\s+(?:struct\s+|class\s+)?([A-Z]\w*)");
    private static readonly Regex RefusedWord =
        new("(Manager|Helpers?|Utils?|Utilit(y|ies)|Common|Base|Service|Provider|Impl|Context|Infrastructure)"
            + "(?![a-z])");
    private static readonly Regex Placeholder = new(@"\b(TODO|FIXME|HACK|XXX|NotImplementedException)\b");

    /// <summary>
    /// A host's standard output, working directory, environment and life are its own (guarantee G5 of the header).
    /// </summary>
    private static readonly Regex HostsOwn =
        new(@"(?<![\w.])(Console\.\w|Environment\.(Exit|FailFast|CurrentDirectory\s*=)|Process\.Start|AppDomain\.)");

    private static readonly Regex Sleep = new(@"\b(Thread\.Sleep|Task\.Delay)\b");
    private static readonly Regex Clock =
        new(@"\b(DateTime(Offset)?\.(Utc)?Now|DateTime\.Today|Environment\.TickCount|Stopwatch)\b");
    private static readonly string[] PureFolders = ["Lines", "Mail", "Policy", "Pop3", "Smtp"];

    /// <summary>What a session leaves to who serves it: time, other threads and what they need, files, the connection
    /// itself.</summary>
    private static readonly Regex Impure = new(
        @"\b(TimeProvider|Environment\.TickCount(64)?|DateTime(Offset)?\.(Utc)?Now|Stopwatch|Timer|[Ll]ock|Monitor"
            + @"|Mutex|Semaphore(Slim)?|(Manual|Auto)ResetEvent(Slim)?|Workers|IJob|Task|Thread(Pool)?"
            + @"|Connection|IBlockingPeer|Socket|Interlocked|[Vv]olatile|Spin(Wait|Lock)|Barrier|CountdownEvent"
            + @"|ValueTask|async|await|CancellationToken(Source)?|Parallel|Concurrent\w+|Thread(Static|Local)"
            + @"|File\w*|Directory\w*|\w*Stream|IDisk\w*|RandomAccess|IMaildrop|IMailStore)\b");

    private static readonly Regex Comment = new("//.*$");
    private static readonly string[] SessionFolders = ["Smtp", "Pop3", "Lines"];

    [Fact]
    public void Names_say_what_a_thing_is()
        => AssertNone("src", line => TypeName.Matches(line).Any(match => RefusedWord.IsMatch(match.Groups[1].Value)));

    [Fact]
    public void Nothing_is_left_to_be_done_later() => AssertNone("src", Placeholder.IsMatch);

    [Fact]
    public void What_is_the_hosts_is_left_alone() => AssertNone("src", HostsOwn.IsMatch);

    [Fact]
    public void Nobody_sleeps_in_the_product() => AssertNone("src", Sleep.IsMatch);

    [Fact]
    public void Tests_wait_for_events_and_not_for_time() => AssertNone("tests/managed", Sleep.IsMatch);

    [Fact]
    public void Protocols_and_policy_know_no_clock()
    {
        foreach (string folder in PureFolders)
            AssertNone($"src/MailModule.Managed/{folder}", Clock.IsMatch);
    }

    [Fact]
    public void Sessions_start_no_thread_read_no_clock_take_no_lock_and_open_no_file()
    {
        foreach (string folder in SessionFolders)
            AssertNone($"src/MailModule.Managed/{folder}", IsImpure);
    }

    [Theory]
    [InlineData("private readonly Lock _lock = new();", true)]
    [InlineData("lock (_marks)", true)]
    [InlineData("session.Connection!.Workers.Run(this);", true)]
    [InlineData("internal sealed class RetrReadAhead(TimeProvider clock)", true)]
    [InlineData("long now = Environment.TickCount64;", true)]
    [InlineData("Interlocked.Increment(ref _errors);", true)]
    [InlineData("private volatile bool _isDone;", true)]
    [InlineData("public async ValueTask Answer() => await _verdict;", true)]
    [InlineData("public Stream? Message { get; set; }", true)]
    [InlineData("using var piece = new MemoryStream();", true)]
    [InlineData("byte[] content = File.ReadAllBytes(name);", true)]
    [InlineData("public IMaildrop? Maildrop { get; set; }", true)]
    [InlineData("public IMessageList? Messages { get; set; }", false)]
    [InlineData("/// A lock, a Thread, a Connection.", false)]
    [InlineData("Fault.Locked => Question.Connect", false)]
    public void The_scan_of_sessions_tells_right_from_wrong(string line, bool isWrong)
        => Assert.Equal(isWrong, IsImpure(line));

    [Fact]
    public void A_file_has_one_subject()
    {
        var tooLong = Repository.CSharpFiles("src").Concat(Repository.CSharpFiles("tests/managed"))
            .Where(file => File.ReadLines(file).Count() > LinesOfAFile).ToList();
        Assert.True(tooLong.Count == 0, string.Join('\n', tooLong));
    }

    [Theory]
    [InlineData("internal sealed class RetryManager", true)]
    [InlineData("public readonly record struct BaseAddress(int X)", true)]
    [InlineData("internal sealed class SmtpBackend", false)]
    [InlineData("public interface IDatabasePath", false)]
    public void The_scan_of_names_tells_right_from_wrong(string line, bool isWrong)
        => Assert.Equal(isWrong, RefusedWord.IsMatch(TypeName.Match(line).Groups[1].Value));

    private static bool IsImpure(string line) => Impure.IsMatch(Comment.Replace(line, ""));

    private static void AssertNone(string folder, Func<string, bool> isWrong)
    {
        var wrong = Repository.CSharpFiles(folder)
            .Where(file => !file.EndsWith("StyleTests.cs", StringComparison.Ordinal))
            .SelectMany(file => WrongLines(file, isWrong)).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<string> WrongLines(string file, Func<string, bool> isWrong)
        => File.ReadLines(file).Select((text, index) => (text, index)).Where(line => isWrong(line.text))
            .Select(line => $"{file}:{line.index + 1}: {line.text.Trim()}");
}
