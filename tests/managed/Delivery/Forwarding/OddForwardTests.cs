using MailModule.Delivery.Forwarding;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

/// <summary>What a user may put in the place of a forward file, ask in it, or leave as the message's file.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OddForwardTests : IDisposable
{
    private readonly LocalHost _host = new();
    private readonly string _outside;

    public OddForwardTests()
    {
        _host.Start();
        Directory.CreateDirectory(_host.Home("ann"));
        _outside = _host.Folder.In("outside");
        File.WriteAllText(_outside, "#rm\n");
    }

    public static IEnumerable<object[]> Kinds => OddFiles.Kinds.Select(kind => new object[] { kind });

    private string Home => _host.Home("ann");

    public void Dispose() => _host.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_no_file_of_the_user_is_not_obeyed_and_is_told(OddFile kind)
    {
        OddFiles.Make(kind, Home + "/forward", _outside);
        Put();
        Assert.Single(_host.Mail("ann"));
        Assert.Contains(_host.Log, line => line.Contains("/forward: it cannot be read", StringComparison.Ordinal));
        Assert.Equal("#rm\n", File.ReadAllText(_outside));
    }

    [Fact]
    public void A_file_that_another_program_holds_is_obeyed_when_it_is_given_back()
    {
        using var host = new LocalHost { Calls = new FailingFileCalls(1, Errno.Busy) };
        host.Start();
        host.WriteForward("ann", "#rm\nx@b.example");
        host.Put("sender@c.example", "ann@a.example");
        host.DeliverAll();
        Assert.Contains(
            host.Log, line => line.Contains("/forward: another program has it open", StringComparison.Ordinal));
        Assert.Single(host.Remote);
        Assert.Empty(host.Mail("ann"));
    }

    [Fact]
    public void Addresses_with_dots_anywhere_underscores_or_a_long_local_part_get_the_message()
    {
        string srs = $"SRS0=HHH=TT=c.example={new string('s', 100)}@d_d.example";
        _host.WriteForward("ann", $"x..y@b.example .x@b.example {srs}\n");
        Put();
        Assert.Equal(["x..y@b.example", ".x@b.example", srs], LocalHost.RecipientsOf(Assert.Single(_host.Remote)));
    }

    [Theory]
    [InlineData("rm $msgfile; mkfifo $msgfile")]
    [InlineData("rm $msgfile; ln -s /dev/zero $msgfile")]
    [InlineData("rm $msgfile; ln -s $HOME/forward $msgfile")]
    [InlineData("rm $msgfile; ln $HOME/forward $msgfile")]
    [InlineData("rm $msgfile; mkdir $msgfile")]
    [InlineData("truncate -s 20G $msgfile")]
    public void What_a_command_leaves_is_a_file_of_its_own_or_the_message_stays_as_it_was(string command)
    {
        _host.WriteForward("ann", $"!{command}\n#rm\n");
        Put();
        Assert.EndsWith("\nbody\n", Assert.Single(_host.Mail("ann")), StringComparison.Ordinal);
        Assert.Contains(_host.Log, line => line.Contains("left no message in its file", StringComparison.Ordinal));
    }

    [RootFact]
    public void A_user_learns_of_files_only_what_the_user_may_see()
    {
        Directory.CreateDirectory(_host.Folder.In("closed"), (UnixFileMode)0x1C0);
        File.WriteAllText(_host.Folder.In("closed/file"), "x");
        Directory.CreateDirectory(Home + "/inner");
        File.WriteAllText(Home + "/inner/file", "x");
        File.CreateSymbolicLink(Home + "/link", _host.Folder.In("closed/file"));
        OddFiles.GiveTo(OddFiles.Stranger, Home, Home + "/inner", Home + "/inner/file");
        Assert.False(Exists(_host.Folder.In("closed/file")));
        Assert.False(Exists("link"));
        Assert.False(Exists("../../closed/file"));
        Assert.True(Exists("inner/file"));
        Assert.True(Exists("/etc/passwd"));
        Assert.False(OwnerRights.IsTaken);
    }

    [RootFact]
    public void A_file_of_a_third_user_is_not_obeyed()
    {
        _host.WriteForward("ann", "#rm\n");
        OddFiles.GiveTo(OddFiles.Stranger, Home);
        OddFiles.GiveTo(OddFiles.Stranger - 1, Home + "/forward");
        Put();
        Assert.Single(_host.Mail("ann"));
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_told_once_until_it_is_changed()
    {
        _host.WriteForward("ann", string.Concat(Enumerable.Repeat("nonsense\n", 5_000)));
        for (int i = 0; i < 3; i++)
            Put();
        _host.DeliverAll();
        Assert.Equal(DotForwardParser.ErrorLimit, _host.Log.Count(IsOfForward));
        _host.WriteForward("ann", "other nonsense\n");
        Put();
        _host.DeliverAll();
        Assert.Equal(DotForwardParser.ErrorLimit + 1, _host.Log.Count(IsOfForward));
        Assert.Equal(4, _host.Mail("ann").Count);
    }

    [Fact]
    public void What_goes_wrong_with_one_message_is_told_up_to_a_number()
    {
        _host.WriteForward("ann", string.Concat(Enumerable.Range(0, 200).Select(i => $"nobody{i}@a.example\n")));
        Put();
        Assert.Equal(20, _host.Log.Count(IsOfForward));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_once()
    {
        Directory.CreateDirectory(_host.Home("ann") + "/forward");
        for (int i = 0; i < 3; i++)
            Put();
        _host.DeliverAll();
        Assert.Single(_host.Log, IsOfForward);
    }

    private bool IsOfForward(string line)
        => line.Contains(_host.Home("ann") + "/forward", StringComparison.Ordinal);

    private bool Exists(string path) => HomeFolder.Look(FileCalls.Real, Home, path, out _) >= 0;

    private void Put()
    {
        _host.Put("sender@c.example", "ann@a.example");
        Assert.True(_host.WaitUntil(() => _host.Mail("ann").Count > 0));
    }
}
