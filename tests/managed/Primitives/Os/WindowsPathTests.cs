using MailModule.Primitives.Os.Windows;

namespace MailModule.Tests.Primitives.Os;

public class WindowsPathTests
{
    [Theory]
    [InlineData(@"C:\mail\ann", @"C:\")]
    [InlineData("c:/mail/ann", "c:/")]
    [InlineData(@"C:\", @"C:\")]
    [InlineData(@"\\server\share\mail", @"\\server\share\")]
    [InlineData("//server/share/mail", "//server/share/")]
    [InlineData(@"\\server\share", @"\\server\share")]
    [InlineData(@"\\?\C:\mail", @"\\?\C:\")]
    [InlineData(@"\\?\UNC\server\share\mail", @"\\?\UNC\server\share\")]
    [InlineData(@"\\?\Volume{1-2}\mail", @"\\?\Volume{1-2}\")]
    [InlineData(@"\mail", @"\")]
    [InlineData("mail", "")]
    [InlineData("C:mail", "")]
    [InlineData("", "")]
    public void A_root_is_what_comes_before_the_first_name(string path, string root)
        => Assert.Equal(root, WindowsPath.RootOf(path));

    [Theory]
    [InlineData(@"C:\mail/users\ann", new[] { "mail", "users", "ann" })]
    [InlineData(@"\\server\share\mail\", new[] { "mail" })]
    [InlineData(@"C:\", new string[0])]
    [InlineData(@"mail\\ann", new[] { "mail", "ann" })]
    public void Either_slash_separates_names(string path, string[] names)
        => Assert.Equal(names, WindowsPath.Names(path));

    [Theory]
    [InlineData(@"C:\mail\ann", @"C:\mail")]
    [InlineData("C:/mail/ann/", "C:/mail")]
    [InlineData(@"C:\mail", @"C:\")]
    [InlineData(@"C:\", @"C:\")]
    [InlineData(@"\\server\share\mail", @"\\server\share\")]
    [InlineData(@"\\server\share", @"\\server\share")]
    [InlineData("mail", "")]
    public void A_path_above_never_leaves_the_root(string path, string above)
        => Assert.Equal(above, WindowsPath.Above(path));

    [Theory]
    [InlineData(@"C:\mail\ann\", @"C:\mail\ann")]
    [InlineData(@"C:\", @"C:\")]
    [InlineData(@"\\server\share\", @"\\server\share\")]
    public void Separators_at_the_end_go_except_the_roots(string path, string plain)
        => Assert.Equal(plain, WindowsPath.TrimEnd(path));

    [Theory]
    [InlineData(@"C:\mail\ann")]
    [InlineData("C:/mail/../ann")]
    [InlineData(@"\\server\share\mail")]
    [InlineData(@"\\?\C:\mail")]
    [InlineData(@"\mail")]
    [InlineData("mail/ann")]
    [InlineData("")]
    public void A_path_of_names_has_no_problem(string path) => Assert.Null(WindowsPath.Problem(path));

    [Theory]
    [InlineData("C:mail", "counts from")]
    [InlineData(@"\\.\pipe\x", "device")]
    [InlineData("//./COM1", "device")]
    [InlineData(@"\\?\pipe\x", "device")]
    [InlineData(@"\\?\GLOBALROOT\Device\Harddisk0", "device")]
    [InlineData(@"C:\mail\con\x", "device")]
    [InlineData("NUL", "device")]
    [InlineData(@"C:\mail\ann:stream", "character")]
    [InlineData(@"C:\mail\ann.\x", "dot")]
    [InlineData(@"\\?\C:\mail\ann ", "blank")]
    public void A_path_that_is_no_files_says_why(string path, string word)
        => Assert.Contains(word, WindowsPath.Problem(path), StringComparison.Ordinal);

    [Theory]
    [InlineData(@"C:\mail\ann", @"\??\C:\mail\ann")]
    [InlineData("C:/mail/ann/", @"\??\C:\mail\ann")]
    [InlineData(@"C:\", @"\??\C:\")]
    [InlineData(@"\\server\share\mail", @"\??\UNC\server\share\mail")]
    [InlineData(@"\\?\C:\mail", @"\??\C:\mail")]
    [InlineData(@"\\?\UNC\server\share\mail", @"\??\UNC\server\share\mail")]
    public void A_full_path_has_a_form_for_the_kernel_and_comes_back_from_it(string path, string nt)
    {
        Assert.True(WindowsPath.TryToNt(path, out string form, out _));
        Assert.Equal(nt, form);
        Assert.True(WindowsPath.TryToNt(WindowsPath.FromNt(nt), out string again, out _));
        Assert.Equal(nt, again);
    }

    [Fact]
    public void A_path_may_be_longer_than_260_characters()
    {
        string path = @"C:\" + string.Join('\\', Enumerable.Repeat(new string('a', 200), 5));
        Assert.True(WindowsPath.TryToNt(path, out string nt, out _));
        Assert.Equal(@"\??\" + path, nt);
    }

    [Theory]
    [InlineData(@"\\.\pipe\x", true)]
    [InlineData(@"\\.\CON", true)]
    [InlineData(@"\\?\pipe\x", true)]
    [InlineData(@"C:\mail\con", false)]
    [InlineData(@"C:\mail\a:b", false)]
    [InlineData("mail", false)]
    [InlineData(@"\mail", false)]
    public void What_is_no_files_path_has_none(string path, bool isDevice)
    {
        Assert.False(WindowsPath.TryToNt(path, out _, out bool device));
        Assert.Equal(isDevice, device);
    }

    [Theory]
    [InlineData(@"\??\Volume{1-2}\x", @"\\?\Volume{1-2}\x")]
    [InlineData(@"..\x", @"..\x")]
    public void What_a_link_says_has_a_form_for_other_calls(string nt, string path)
        => Assert.Equal(path, WindowsPath.FromNt(nt));
}
