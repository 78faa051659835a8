using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MailModule.Authentication.Checks;
using MailModule.Engine.Settings;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Architecture;

/// <summary>A class is small enough to be held in mind: few fields, and two files at most.</summary>
public class ClassSizeTests
{
    private const int FieldsOfAClass = 15;
    private const int FilesOfAClass = 2;

    private const BindingFlags AllOfAnObject =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>One row of a table of data, whose columns nobody has to hold in mind together.</summary>
    private static readonly Type[] Rows = [typeof(Setting), typeof(MethodResult)];

    private const string Modifiers
        = @"^    (?:(?:public|internal|private|protected|readonly|volatile|required|unsafe) )+";

    private static readonly Regex TopLevel
        = new(@"^(?:(?:public|internal|static|sealed|abstract|unsafe|readonly|partial) )+(?=class|struct|record)",
            RegexOptions.Multiline);
    private static readonly Regex ClassHead = new(@"^(?:class|record) (\w+)(?:<\w+>)?(?:\(([^)]*)\))?");
    private static readonly Regex FieldLine
        = new(Modifiers + @"(?!const|static|delegate)[\w<>?\[\],.() *]+ \w+(?: = [^>].*|;)$", RegexOptions.Multiline);
    private static readonly Regex KeepingProperty
        = new(Modifiers + @"(?!static)[^=({]*\{ (?:\w+ )?get;", RegexOptions.Multiline);

    private static readonly Regex PartialType = new(@"\bpartial (?:class|struct|record) ([A-Z]\w*)");

    [Fact]
    public void A_class_has_few_fields()
    {
        var tooMany = typeof(Connection).Assembly.GetTypes()
            .Where(type => !IsGenerated(type) && !Rows.Contains(type) && FieldsOf(type) > FieldsOfAClass)
            .Select(type => $"{type.FullName}: {FieldsOf(type)} fields").ToList();
        Assert.True(tooMany.Count == 0, string.Join('\n', tooMany));
    }

    /// <summary>By source, for the tests do not load it. Its structures are those of the public header.</summary>
    [Fact]
    public void A_class_of_the_C_edge_has_few_fields()
    {
        var classes = Repository.CSharpFiles("src/MailModule.Native")
            .SelectMany(file => ClassesIn(File.ReadAllText(file))).ToList();
        Assert.Contains(classes, found => found.Fields > 5);
        Assert.DoesNotContain(classes, found => found.Fields > FieldsOfAClass);
    }

    [Fact]
    public void Fields_properties_and_parameters_are_counted()
        => Assert.Equal([("One", 5)], ClassesIn("""
            internal sealed class One(int a, int b) : IDisposable
            {
                private const int Limit = 3;
                private static int s_all;
                private readonly List<(int, int)> _list = [];
                private nint _place;
                public int Count { get; private set; }
                public bool IsEmpty => Count == 0;
                public void Free() => Count = 0;
            }

            internal struct Two
            {
                private int _one;
            }
            """));

    [Fact]
    public void A_class_stands_in_two_files_at_most()
    {
        var tooMany = Repository.CSharpFiles("src")
            .SelectMany(file => PartialType.Matches(File.ReadAllText(file))
                .Select(match => (Type: $"{Path.GetDirectoryName(file)}: {match.Groups[1].Value}", file)))
            .Distinct().GroupBy(pair => pair.Type).Where(files => files.Count() > FilesOfAClass)
            .Select(files => $"{files.Key}: {files.Count()} files").ToList();
        Assert.True(tooMany.Count == 0, string.Join('\n', tooMany));
    }

    /// <summary>What an object holds between two calls: fields, and what properties and captured parameters keep.
    /// </summary>
    private static int FieldsOf(Type type) => type.GetFields(AllOfAnObject).Length;

    /// <summary>The classes of a file, each with the number of its fields, of properties that keep something, and of
    /// parameters, captured or not.</summary>
    private static IEnumerable<(string Name, int Fields)> ClassesIn(string source)
    {
        foreach (string type in TopLevel.Split(source).Skip(1))
        {
            Match head = ClassHead.Match(type);
            int parameters = head.Groups[2].Value.Split(',', StringSplitOptions.RemoveEmptyEntries).Length;
            if (head.Success)
                yield return (head.Groups[1].Value, parameters + FieldLine.Count(type) + KeepingProperty.Count(type));
        }
    }

    private static bool IsGenerated(Type type)
        => type.IsDefined(typeof(CompilerGeneratedAttribute)) || type.Name.StartsWith('<');
}
