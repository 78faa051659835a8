using System.Runtime.InteropServices;
using MailModule.Delivery.Forwarding;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

public sealed partial class CommandOwnerTests : IDisposable
{
    private static readonly FileOwner s_root = new(0, 0), s_mail = new(8, 8), s_ann = new(1001, 1001),
        s_bob = new(1002, 1002);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_of_root_changes_to_the_owner_of_the_home()
    {
        Assert.Equal(new CommandOwner(s_ann, null), CommandOwner.Of(s_ann, s_ann, s_root, mayChange: true));
        Assert.Equal(new CommandOwner(s_ann, null), CommandOwner.Of(s_ann, s_root, s_root, mayChange: true));
        CommandOwner owner = CommandOwner.Of(s_ann with { Group = 0 }, s_ann, s_root, mayChange: true);
        Assert.NotEqual(0u, owner.User!.Value.Group);
    }

    [Fact]
    public void No_command_has_roots_rights_unless_home_and_file_are_roots()
    {
        Assert.Equal(default, CommandOwner.Of(s_root, s_root, s_root, mayChange: true));
        Assert.NotNull(CommandOwner.Of(s_root, s_ann, s_root, mayChange: true).Problem);
        Assert.NotNull(CommandOwner.Of(s_ann, s_ann, s_root, mayChange: false).Problem);
        Assert.NotNull(CommandOwner.Of(s_root, s_root, s_mail, mayChange: true).Problem);
    }

    [Fact]
    public void A_process_of_another_runs_commands_in_homes_of_its_own_alone()
    {
        Assert.Equal(default, CommandOwner.Of(s_mail, s_mail, s_mail, mayChange: true));
        Assert.NotNull(CommandOwner.Of(s_ann, s_ann, s_mail, mayChange: true).Problem);
    }

    [Fact]
    public void A_file_of_a_third_is_not_obeyed()
        => Assert.NotNull(CommandOwner.Of(s_ann, s_bob, s_root, mayChange: true).Problem);

    [Theory]
    [InlineData("rm -f \"$1\"; ln -s /etc/passwd \"$1\"")]
    [InlineData("rm -f \"$1\"; mkfifo \"$1\"")]
    [InlineData("rm -f \"$1\"; mkdir \"$1\"")]
    [InlineData("rm -f \"$1\"; echo x > other; ln other \"$1\"")]
    [InlineData("rm -f \"$1\"")]
    [InlineData(": > \"$1\"")]
    [InlineData("truncate -s 20G \"$1\"")]
    public void What_is_left_in_place_of_the_message_is_not_read(string line)
    {
        using CommandFile file = Make();
        Run(line, file.Path);
        Assert.False(file.TryReadChange(out _));
        Assert.True(file.TryReadChange(out _), "it is told once");
    }

    [Fact]
    public void A_link_in_place_of_the_message_tells_nothing_of_what_it_leads_to()
    {
        using CommandFile file = Make();
        Assert.True(file.TryLook(out FileStamp stamp));
        Assert.Equal(4, stamp.Length);
        Run("rm -f \"$1\"; ln -s /etc/passwd \"$1\"", file.Path);
        Assert.True(!file.TryLook(out stamp) || stamp.Length == "/etc/passwd".Length);
        Assert.False(stamp.IsRegular);
    }

    [Fact]
    public void What_a_command_made_of_the_message_is_copied()
    {
        using CommandFile file = Make();
        Assert.True(file.TryReadChange(out var nothing) && nothing is null);
        Run("echo new > \"$1\"", file.Path);
        Assert.True(file.TryReadChange(out var changed));
        File.WriteAllText(file.Path, "later");
        using (changed)
        using (var reader = new StreamReader(changed!.OpenRead()))
            Assert.Equal("new\n", reader.ReadToEnd());
        Assert.Single(Directory.GetFileSystemEntries(_folder.In("scratch")));
    }

    [Fact]
    public void The_file_is_the_users_in_a_folder_of_his_and_both_go()
    {
        if (FileOwner.Us.User != FileOwner.Root)
            return;
        string path;
        using (CommandFile file = CommandFile.Make(Scratch(), "1", new TextContent("text"), s_ann))
        {
            path = file.Path;
            Assert.Equal((s_ann, 0x180), OwnerOf(path));
            Assert.Equal((s_ann, 0x1C0), OwnerOf(Path.GetDirectoryName(path)!));
            Assert.Equal("text", File.ReadAllText(path));
            // Of another, as root would leave it
            File.Delete(path);
            File.WriteAllText(path, "secret");
            Assert.Equal(0, chown(path, 0, 0));
            Assert.Equal(0, chmod(path, 0x100));
            Assert.False(file.TryReadChange(out _));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }

    private CommandFile Make() => CommandFile.Make(Scratch(), "1", new TextContent("text"), user: null);

    private ScratchFiles Scratch() => new(_folder.In("scratch"), Disk.Real);

    private void Run(string line, string file)
        => CommandRun.Run(new Command(line, [file], ["PATH=/usr/bin:/bin"], _folder.Path), TimeSpan.FromSeconds(30),
            CancellationToken.None);

    private static (FileOwner, int) OwnerOf(string path)
    {
        Assert.True(FileCalls.Real.Stat([.. System.Text.Encoding.UTF8.GetBytes(path), 0], out FileStamp stamp) >= 0);
        return (stamp.Owner, stamp.Mode);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chmod(string path, uint mode);
}
