using System.Text;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Primitives.Os;

/// <summary>An open home: nothing that its owner puts there leads out of it, is waited for, or is another's.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HomeFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _outside;
    private readonly string _home;

    public HomeFolderTests()
    {
        _home = Directory.CreateDirectory(_folder.In("home")).FullName;
        _outside = _folder.In("outside");
        File.WriteAllText(_outside, "secret");
        Directory.CreateDirectory(_folder.In("folder/cur"));
        File.WriteAllText(_folder.In("folder/file"), "kept");
    }

    public static IEnumerable<object[]> Kinds => OddFiles.Kinds.Select(kind => new object[] { kind });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_file_of_the_user_is_not_opened(OddFile kind)
    {
        OddFiles.Make(kind, _home + "/odd", _outside);
        using HomeFolder home = Open();
        Assert.True(home.OpenFile("odd"u8, -1, out _) < 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_file_of_the_user_is_no_lock(OddFile kind)
    {
        OddFiles.Make(kind, _home + "/odd", _outside);
        using HomeFolder home = Open();
        Assert.True(home.OpenLock("odd"u8) < 0);
        Assert.Equal("secret", File.ReadAllText(_outside));
        Assert.False(File.Exists(_outside + ".missing"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_name_that_is_taken_is_not_made_anew(OddFile kind)
    {
        OddFiles.Make(kind, _home + "/odd", _outside);
        using HomeFolder home = Open();
        Assert.Equal(-Errno.Exists, home.Create("odd"u8));
        Assert.False(File.Exists(_outside + ".missing"));
    }

    [Theory]
    [InlineData(OddFile.SymbolicLink)]
    [InlineData(OddFile.DanglingLink)]
    [InlineData(OddFile.Pipe)]
    [InlineData(OddFile.Socket)]
    [InlineData(OddFile.HardLink)]
    public void What_is_no_folder_is_not_entered(OddFile kind)
    {
        OddFiles.Make(kind, _home + "/odd", kind == OddFile.HardLink ? _outside : _folder.In("folder"));
        using HomeFolder home = Open();
        Assert.True(home.OpenFolder("odd"u8, out _) < 0);
        Assert.Equal(0, home.MakeFolder("odd"u8));
        Assert.True(home.OpenFolder("odd"u8, out _) < 0);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("../outside")]
    [InlineData("a/b")]
    [InlineData("a\0b")]
    public void A_name_is_one_name_and_leads_nowhere_else(string name)
    {
        byte[] octets = Encoding.UTF8.GetBytes(name);
        using HomeFolder home = Open();
        Assert.Equal(-Errno.NoEntry, home.OpenFile(octets, -1, out _));
        Assert.Equal(-Errno.NoEntry, home.OpenFolder(octets, out _));
        Assert.Equal(-Errno.NoEntry, home.OpenLock(octets));
        Assert.Equal(-Errno.NoEntry, home.Create(octets));
        Assert.Equal(-Errno.NoEntry, home.Unlink(octets));
        Assert.Equal(-Errno.NoEntry, home.MakeFolder(octets));
        Assert.Equal(-Errno.NoEntry, home.Rename(octets, home, "x"u8));
        Assert.Equal(-Errno.NoEntry, home.Rename("x"u8, home, octets));
        Assert.Equal(-Errno.NoEntry, home.Stat(octets, out _));
    }

    [Fact]
    public void Deleting_and_renaming_take_a_link_and_not_what_it_leads_to()
    {
        File.CreateSymbolicLink(_home + "/a", _outside);
        File.CreateSymbolicLink(_home + "/b", _outside);
        using HomeFolder home = Open();
        Assert.Equal(0, home.Unlink("a"u8));
        Assert.Equal(0, home.Rename("b"u8, home, "c"u8));
        Assert.Equal(0, home.Stat("c"u8, out FileStamp stamp));
        Assert.True(stamp.IsSymbolicLink);
        Assert.Equal("secret", File.ReadAllText(_outside));
    }

    [Fact]
    public void A_folder_stays_the_one_that_was_opened_whatever_takes_its_name()
    {
        Directory.CreateDirectory(_home + "/in");
        using HomeFolder home = Open();
        Assert.Equal(0, home.OpenFolder("in"u8, out HomeFolder? folder));
        Directory.Move(_home + "/in", _home + "/moved");
        File.CreateSymbolicLink(_home + "/in", _folder.In("folder"));
        int file = folder!.Create("x"u8);
        FileCalls.Real.Close(file);
        folder.Dispose();
        Assert.True(File.Exists(_home + "/moved/x"));
        Assert.False(File.Exists(_folder.In("folder/x")));
    }

    [Fact]
    public void A_file_has_one_name_unless_it_is_as_long_as_the_body_that_we_linked()
    {
        OddFiles.Make(OddFile.HardLink, _home + "/body", _outside);
        using HomeFolder home = Open();
        Assert.Equal(-Errno.NotPermitted, home.OpenFile("body"u8, -1, out _));
        Assert.Equal(-Errno.NotPermitted, home.OpenFile("body"u8, 5, out _));
        int file = home.OpenFile("body"u8, 6, out _);
        Assert.True(file >= 0);
        FileCalls.Real.Close(file);
    }

    [Fact]
    public void A_home_may_be_a_link_of_the_administrator_in_a_folder_of_the_administrator()
    {
        File.CreateSymbolicLink(_folder.In("link"), _home);
        Assert.Equal(0, HomeFolder.Open(FileCalls.Real, _folder.In("link/"), out HomeFolder? home));
        home!.Dispose();
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0x1FF);
        Assert.Equal(-Errno.SymbolicLink, HomeFolder.Open(FileCalls.Real, _folder.In("link"), out _));
    }

    [RootFact]
    public void A_home_that_a_user_made_a_link_is_none()
    {
        File.CreateSymbolicLink(_folder.In("link"), _home);
        OddFiles.GiveTo(OddFiles.Stranger, _folder.In("link"));
        Assert.Equal(-Errno.SymbolicLink, HomeFolder.Open(FileCalls.Real, _folder.In("link"), out _));
    }

    [Fact]
    public void Links_of_the_administrator_above_a_home_are_followed()
    {
        Directory.CreateDirectory(_folder.In("disk/homes/ann"));
        File.CreateSymbolicLink(_folder.In("users"), "disk/../second");
        File.CreateSymbolicLink(_folder.In("second"), _folder.In("disk/homes/"));
        Assert.Equal(0, HomeFolder.Make(FileCalls.Real, _folder.In("users/bob")));
        Assert.True(Directory.Exists(_folder.In("disk/homes/bob")));
        Assert.Equal(0, HomeFolder.Open(FileCalls.Real, _folder.In("users/ann"), out HomeFolder? home));
        home!.Dispose();
    }

    [Fact]
    public void Links_in_a_circle_above_a_home_end()
    {
        File.CreateSymbolicLink(_folder.In("a"), "b");
        File.CreateSymbolicLink(_folder.In("b"), _folder.In("a"));
        Assert.Equal(-Errno.SymbolicLink, HomeFolder.Open(FileCalls.Real, _folder.In("a/ann"), out _));
        Assert.Equal(-Errno.SymbolicLink, HomeFolder.Make(FileCalls.Real, _folder.In("a/ann")));
    }

    [RootFact]
    public void Links_of_a_user_above_a_home_are_not_followed_and_nothing_is_made_behind_them()
    {
        Directory.CreateDirectory(_folder.In("disk/there"));
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        File.CreateSymbolicLink(_home + "/mail", _folder.In("disk"));
        foreach (int owner in new[] { 0, OddFiles.Stranger })
        {
            OddFiles.GiveTo(owner, _home + "/mail");
            Assert.Equal(-Errno.SymbolicLink, HomeFolder.Open(FileCalls.Real, _home + "/mail/there", out _));
            Assert.Equal(-Errno.SymbolicLink, HomeFolder.Make(FileCalls.Real, _home + "/mail/new"));
        }
        Assert.False(Directory.Exists(_folder.In("disk/new")));
    }

    [RootFact]
    public void What_is_made_in_a_users_home_is_the_users()
    {
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        using HomeFolder home = Open();
        FileCalls.Real.Close(home.Create("file"u8));
        Assert.Equal(0, home.MakeFolder("in"u8));
        FileCalls.Real.Close(home.OpenLock("lock"u8));
        Assert.Equal(0, HomeFolder.Make(FileCalls.Real, _home + "/deep/er"));
        foreach (string name in new[] { "/file", "/in", "/lock", "/deep", "/deep/er" })
            Assert.Equal(OddFiles.Stranger, OddFiles.OwnerOf(_home + name));
        Assert.False(OwnerRights.IsTaken);
    }

    [RootFact]
    public void A_users_home_is_used_with_the_users_rights()
    {
        Directory.CreateDirectory(_home + "/ours", (UnixFileMode)0x1C0);
        File.WriteAllText(_home + "/ours/file", "x");
        File.WriteAllText(_home + "/rootfile", "x");
        File.SetUnixFileMode(_home + "/rootfile", (UnixFileMode)0x180);
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        using HomeFolder home = Open();
        Assert.Equal(-Errno.NoAccess, home.OpenFile("rootfile"u8, -1, out _));
        using (home.Take())
        {
            Assert.True(OwnerRights.IsTaken);
            Assert.True(FileCalls.Real.OpenRead("/etc/shadow\0"u8) < 0);
        }
        Assert.False(OwnerRights.IsTaken);
    }

    [RootFact]
    public void A_file_of_a_third_user_is_passed_over()
    {
        File.WriteAllText(_home + "/file", "x");
        File.SetUnixFileMode(_home + "/file", (UnixFileMode)0x1A4);
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        OddFiles.GiveTo(OddFiles.Stranger - 1, _home + "/file");
        using HomeFolder home = Open();
        Assert.Equal(-Errno.NotPermitted, home.OpenFile("file"u8, -1, out _));
    }

    [RootFact]
    public void A_folder_of_ours_that_the_user_may_not_enter_is_used_and_new_files_are_the_users()
    {
        Directory.CreateDirectory(_home + "/Maildir", (UnixFileMode)0x1C0);
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        using HomeFolder home = Open();
        Assert.Equal(0, home.OpenFolder("Maildir"u8, out HomeFolder? folder));
        FileCalls.Real.Close(folder!.Create("x"u8));
        Assert.Equal(-Errno.NotSupported, folder.Link(_outside, "y"u8));
        folder.Dispose();
        Assert.Equal(OddFiles.Stranger, OddFiles.OwnerOf(_home + "/Maildir/x"));
    }

    [RootFact]
    public void Files_of_one_are_not_linked_into_a_home_of_another()
    {
        OddFiles.GiveTo(OddFiles.Stranger, _home);
        using HomeFolder home = Open();
        Assert.Equal(-Errno.NotSupported, home.Link(_outside, "body"u8));
    }

    [Fact]
    public void Roots_group_on_a_users_home_gives_no_rights()
    {
        Assert.Equal(65534u, new FileOwner(1000, 0).Rights.Group);
        Assert.Equal(0u, new FileOwner(0, 0).Rights.Group);
        Assert.Equal(100u, new FileOwner(1000, 100).Rights.Group);
    }

    private HomeFolder Open()
    {
        Assert.Equal(0, HomeFolder.Open(FileCalls.Real, _home, out HomeFolder? home));
        return home!;
    }
}
