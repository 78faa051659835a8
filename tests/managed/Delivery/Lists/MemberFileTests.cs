using MailModule.Delivery.Lists;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Lists;

public class MemberFileTests
{
    private const string Whole =
        "\u00ef\u00bb\u00bf# friends\nann@a.example\r\n\n  bob@b.example, # the second\n\"a # "
            + "b\"@c.example\n#carl@c.example\ncarl#x@c.example\nj\u00c3\u00bcrgen@d.example\n";

    [Fact]
    public void A_line_is_an_address_and_may_end_with_a_comment()
    {
        MemberFile file = MemberFile.Parse(Whole);
        Assert.Equal(["ann@a.example", "bob@b.example", "carl#x@c.example", "j\u00fcrgen@d.example"],
            file.Members.Select(member => member.Text));
        Assert.Equal(5, Assert.Single(file.Errors).Line);
    }

    [Fact]
    public void Addresses_with_dots_anywhere_underscores_or_a_long_local_part_are_members()
    {
        string[] members = ["a..b@c_d.example", ".a@b.example", $"list-return-1-{new string('x', 100)}=y@z.example"];
        MemberFile file = MemberFile.Parse(string.Join('\n', members));
        Assert.Equal(members, file.Members.Select(member => member.Text));
        Assert.Empty(file.Errors);
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("ann@a.example bob@b.example")]
    [InlineData("Ann <ann@a.example>")]
    [InlineData("postmaster")]
    [InlineData("@more")]
    [InlineData("a\0@b.example")]
    public void What_is_no_address_is_passed_over_and_told(string line)
    {
        MemberFile file = MemberFile.Parse($"ann@a.example\n{line}\nbob@b.example");
        Assert.Equal(2, file.Members.Count);
        Assert.Equal(2, Assert.Single(file.Errors).Line);
        var lines = new List<string>();
        file.WriteErrors("/members", new Log(LogLevel.Warning, (_, _, text) => lines.Add(text)));
        Assert.StartsWith("/members:2: ", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_and_garbage_is_read()
    {
        for (int length = 0; length < Whole.Length; length++)
            Assert.True(MemberFile.Parse(Whole[..length]).Members.Count <= 4);
        var random = new Random(5);
        for (int i = 0; i < 2_000; i++)
            Assert.NotNull(MemberFile.Parse(
                string.Concat(Enumerable.Range(0, random.Next(60))
                    .Select(_ => "a@.x#\n \t\"\\\0\u00ff,"[random.Next(13)]))));
    }

    [Fact]
    public void A_file_is_read_again_when_it_has_changed_and_told_when_it_is_not_there()
    {
        using var folder = new TemporaryFolder();
        string path = folder.In("members");
        var files = new MemberFiles(Log.None);
        Assert.Null(files.Read(path));
        File.WriteAllText(path, "ann@a.example\n");
        Assert.Equal("ann@a.example", Assert.Single(files.Read(path)!).Text);
        File.WriteAllText(path, "bob@b.example\ncarl@c.example\n");
        Assert.Equal(2, files.Read(path)!.Count);
        Assert.Same(files.Read(path), files.Read(path));
        File.Delete(path);
        Assert.Null(files.Read(path));
    }

    [Fact]
    public void Members_in_utf8_are_read_as_they_stand_and_what_is_none_names_nobody()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.In("members"),
            [.. "\uFEFFj\u00fcrgen@a.example\n\u0142@a.example\n"u8, 0xFC, .. "@a.example\n\uFFFD@b.example"u8]);
        Assert.Equal(["j\u00fcrgen@a.example", "\u0142@a.example", "\uFFFD@b.example"],
            new MemberFiles(Log.None).Read(folder.In("members"))!.Select(member => member.Text));
    }

    [Fact]
    public void Lines_that_are_no_address_are_told_up_to_a_number()
    {
        MemberFile file = MemberFile.Parse(string.Concat(Enumerable.Repeat("x\n", 100_000)));
        Assert.Equal(MemberFile.ErrorsTold + 1, file.Errors.Count);
        Assert.Equal("99980 more lines are no address", file.Errors[^1].Text);
    }

    public static IEnumerable<object[]> NoFiles
        => OddFiles.Kinds.Except([OddFile.SymbolicLink, OddFile.DanglingLink, OddFile.HardLink])
            .Select(kind => new object[] { kind });

    [Theory]
    [MemberData(nameof(NoFiles))]
    public void What_is_no_file_has_no_members_and_is_told_once(OddFile kind)
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        var files = new MemberFiles(new Log(LogLevel.Error, (_, _, text) => lines.Add(text)));
        OddFiles.Make(kind, folder.In("members"), folder.In("x"));
        for (int i = 0; i < 3; i++)
            Assert.Null(files.Read(folder.In("members")));
        Assert.Contains("cannot be read", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read_at_all_and_the_members_read_before_stand()
    {
        using var folder = new TemporaryFolder();
        var lines = new List<string>();
        var files = new MemberFiles(new Log(LogLevel.Error, (_, _, text) => lines.Add(text)));
        File.WriteAllText(folder.In("members"), "ann@a.example\n");
        Assert.Single(files.Read(folder.In("members"))!);
        using (FileStream sparse = File.OpenWrite(folder.In("members")))
            sparse.SetLength(10L << 30);
        for (int i = 0; i < 3; i++)
            Assert.Single(files.Read(folder.In("members"))!);
        Assert.Contains("more than", Assert.Single(lines), StringComparison.Ordinal);
    }
}
