using System.Text.RegularExpressions;
using MailModule.Tests.Support;

namespace MailModule.Tests.Architecture;

/// <summary>
/// One room knows which operating system this is (docs/architecture.md): nothing else asks, binds to its libraries, or
/// is compiled for one of them alone.
/// </summary>
public class SystemTests
{
    private const string Room = "src/MailModule.Managed/Primitives/Os";
    private const string WindowsRoom = Room + "/Windows";
    private const string OwnShim = "src/MailModule.Native/Abi/Shim.cs";

    private static readonly Regex Question = new(
        @"\b(OperatingSystem\.\w|RuntimeInformation\.(IsOSPlatform|OSDescription)|Environment\.OSVersion"
            + @"|OSPlatform\.)");

    private static readonly Regex Binding = new(@"\[(LibraryImport|DllImport)\(");
    private static readonly Regex Directive = new(@"^\s*#\s*(if|elif|else|endif|define)\b");
    private static readonly Regex SystemOfCompiler = new(
        @"\b(_WIN32|_WIN64|_MSC_VER|__MINGW\w*|__linux\w*|__unix\w*)\b");
    private static readonly Regex Comment = new(@"^\s*//.*$");

    [Fact]
    public void One_room_asks_which_system_this_is()
    {
        AssertNone(line => Question.IsMatch(line.Text) && line.Folder != Room);
        Assert.Contains(Repository.CSharpFiles(Room).SelectMany(Lines), line => Question.IsMatch(line.Text));
    }

    [Fact]
    public void The_rooms_of_the_system_and_the_C_edge_bind_to_libraries()
        => AssertNone(line => Binding.IsMatch(line.Text) && !MayBind(line));

    [Fact]
    public void Nothing_is_compiled_for_one_system_alone() => AssertNone(line => Directive.IsMatch(line.Text));

    [Fact]
    public void The_C_edge_is_divided_by_folders_and_asks_no_compiler()
    {
        string folder = Path.Combine(Repository.Root, "src/MailModule.Native/Shim");
        List<string> files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)];
        Assert.NotEmpty(files);
        AssertNone(files, line => SystemOfCompiler.IsMatch(line.Text));
    }

    [Theory]
    [InlineData("if (OperatingSystem.IsWindows())", true)]
    [InlineData("RuntimeInformation.IsOSPlatform(OSPlatform.Linux)", true)]
    [InlineData("RuntimeInformation.ProcessArchitecture", false)]
    [InlineData("[UnsupportedOSPlatform(\"windows\")]", false)]
    public void The_scan_knows_a_question(string line, bool expected) => Assert.Equal(expected, Question.IsMatch(line));

    [Theory]
    [InlineData("#if WINDOWS", true)]
    [InlineData("    #else", true)]
    [InlineData("#pragma warning disable", false)]
    [InlineData("case \"#if\":", false)]
    public void The_scan_knows_a_directive(string line, bool expected)
        => Assert.Equal(expected, Directive.IsMatch(line));

    [Theory]
    [InlineData("#ifdef _WIN32", true)]
    [InlineData("#if defined(__linux__)", true)]
    [InlineData("#ifndef MAILMODULE_SYSTEM_H", false)]
    public void The_scan_knows_a_question_to_the_compiler(string line, bool expected)
        => Assert.Equal(expected, SystemOfCompiler.IsMatch(line));

    private static bool MayBind(Line line) => line.Folder switch
    {
        Room => line.Text.Contains("\"libc\"", StringComparison.Ordinal),
        WindowsRoom => !line.Text.Contains("\"libc\"", StringComparison.Ordinal),
        _ => line.File == OwnShim,
    };

    private static void AssertNone(Func<Line, bool> isWrong) => AssertNone(Repository.CSharpFiles("src"), isWrong);

    private static void AssertNone(IEnumerable<string> files, Func<Line, bool> isWrong)
    {
        var wrong = files.SelectMany(Lines).Where(isWrong)
            .Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<Line> Lines(string path)
    {
        string file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
        string folder = file[..file.LastIndexOf('/')];
        return File.ReadLines(path)
            .Select((text, index) => new Line(file, folder, index + 1, Comment.Replace(text, "")));
    }

    private readonly record struct Line(string File, string Folder, int Number, string Text);
}
