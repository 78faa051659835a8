using System.Text;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Primitives.Os;

/// <summary>An open home on a kernel that has no openat2, or under a filter that refuses it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HomeFolderWithoutOpenAt2Tests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _outside;
    private readonly string _home;

    public HomeFolderWithoutOpenAt2Tests()
    {
        _home = Directory.CreateDirectory(_folder.In("home")).FullName;
        _outside = _folder.In("outside");
        File.WriteAllText(_outside, "secret");
    }

    public static IEnumerable<object[]> Kinds
        => OddFiles.Kinds.SelectMany(kind => Answers.Select(answer => new object[] { kind, answer[0] }));

    public static IEnumerable<object[]> Answers => [[Errno.NotImplemented], [Errno.NotPermitted]];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_file_of_the_user_is_not_opened_and_no_lock(OddFile kind, int answer)
    {
        OddFiles.Make(kind, _home + "/odd", _outside);
        using HomeFolder home = Open(_home, answer);
        Assert.True(home.OpenFile("odd"u8, -1, out _) < 0);
        Assert.True(home.OpenLock("odd"u8) < 0);
        Assert.False(File.Exists(_outside + ".missing"));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void What_is_the_users_is_opened(int answer)
    {
        File.WriteAllText(_home + "/file", "text");
        Directory.CreateDirectory(_home + "/in");
        using HomeFolder home = Open(_home, answer);
        int file = home.OpenFile("file"u8, -1, out FileStamp stamp);
        Assert.True(file >= 0);
        home.Close(file);
        Assert.Equal(4, stamp.Length);
        Assert.Equal(0, home.OpenFolder("in"u8, out HomeFolder? folder));
        folder!.Dispose();
        int made = home.OpenLock("lock"u8);
        Assert.True(made >= 0);
        home.Close(made);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_home + "/lock"));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_link_to_a_folder_is_not_entered(int answer)
    {
        File.CreateSymbolicLink(_home + "/in", Directory.CreateDirectory(_folder.In("folder")).FullName);
        using HomeFolder home = Open(_home, answer);
        Assert.True(home.OpenFolder("in"u8, out _) < 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Errno.NotImplemented)]
    [InlineData(Errno.NotPermitted)]
    public void Where_another_file_system_begins_nothing_is_entered(int answer)
    {
        using HomeFolder root = Open("/", answer);
        Assert.Equal(-Errno.CrossDevice, root.OpenFolder("proc"u8, out _));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Links_above_a_home_are_followed_where_they_are_the_administrators(int answer)
    {
        File.CreateSymbolicLink(_folder.In("link"), ".");
        Open(_folder.In("link/home/"), answer).Dispose();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1FF);
        Assert.Equal(-Errno.SymbolicLink, HomeFolder.Open(new Calls(answer), _folder.In("link/home"), out _));
    }

    private static HomeFolder Open(string path, int answer)
    {
        Assert.Equal(0, HomeFolder.Open(new Calls(answer), path, out HomeFolder? home));
        return home!;
    }

    private sealed class Calls(int answer) : FileCalls
    {
        protected override unsafe int OpenAt2(int folder, byte* name, ulong* request)
            => answer == 0 ? base.OpenAt2(folder, name, request) : -answer;
    }
}
