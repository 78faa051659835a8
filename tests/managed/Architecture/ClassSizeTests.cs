using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Architecture;

/// <summary>A class is small enough to be held in mind: few fields, and two files at most.</summary>
public class ClassSizeTests
{
    private const int FieldsOfAClass = 16;
    private const int FilesOfAClass = 2;

    private const BindingFlags AllOfAnObject =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Regex PartialType = new(@"\bpartial (?:class|struct|record) ([A-Z]\w*)");

    [Fact]
    public void A_class_has_few_fields()
    {
        var tooMany = typeof(Connection).Assembly.GetTypes()
            .Where(type => !IsGenerated(type) && FieldsOf(type) > FieldsOfAClass)
            .Select(type => $"{type.FullName}: {FieldsOf(type)} fields").ToList();
        Assert.True(tooMany.Count == 0, string.Join('\n', tooMany));
    }

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

    /// <summary>What an object holds between two calls, but for what a property of its own name holds.</summary>
    private static int FieldsOf(Type type)
        => type.GetFields(AllOfAnObject)
            .Count(field => !field.IsDefined(typeof(CompilerGeneratedAttribute)));

    private static bool IsGenerated(Type type)
        => type.IsDefined(typeof(CompilerGeneratedAttribute)) || type.Name.StartsWith('<');
}
