using MailModule.Authentication;
using MailModule.Delivery.Resending;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Authentication.Arc;
using MailModule.Tests.Authentication.Dkim;

namespace MailModule.Tests.Delivery.Forwarding;

/// <summary>What forward files, lists and aliases send on is sealed (ARC), where it is a stranger's.</summary>
public sealed class SealedForwardTests : IDisposable
{
    private readonly LocalHost _host = new()
    {
        Sealer = new ArcSealer(
            static () => ArcSamples.Key, static () => ArcSamples.Own, new DkimSamples.SetTime(DkimSamples.Now),
            Log.None),
    };

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_strangers_message_is_sealed_as_it_goes_on()
    {
        _host.Start("friends@a.example;boss@a.example;carl@b.example", "staff@a.example;;dora@b.example");
        _host.WriteForward("ann", "x@b.example\n");
        Put("ann@a.example friends@a.example staff@a.example", ArcSamples.Message + new string('x', 100_000) + "\r\n");
        _host.DeliverAll();
        Assert.Equal(3, _host.Remote.Count);
        foreach (ISpoolEntry sent in _host.Remote)
        {
            string text = LocalHost.TextOf(sent);
            Assert.Matches("^Return-Path: <[^>]*>\nARC-Seal: ", text);
            ArcResult result = await ArcSamples.Validate(text);
            Assert.Equal((AuthResult.Pass, "example.org"), (result.Result, Assert.Single(result.Sealers)));
            Assert.Contains("dmarc=pass", Assert.Single(result.Reported), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_command_has_made_of_it_is_what_is_sealed()
    {
        _host.Start();
        _host.WriteForward("ann", "!echo added >> $msgfile\nx@b.example\n");
        Put("ann@a.example", ArcSamples.Message);
        _host.DeliverAll();
        string text = LocalHost.TextOf(Assert.Single(_host.Remote));
        Assert.EndsWith("added\n", text, StringComparison.Ordinal);
        Assert.Equal(AuthResult.Pass, (await ArcSamples.Validate(text)).Result);
    }

    [Fact]
    public async Task From_a_list_to_a_forward_file_it_is_sealed_once()
    {
        _host.Start(
            "friends@a.example;boss@a.example;staff@a.example", "staff@a.example;owner@a.example;ann@a.example");
        _host.WriteForward("ann", "x@b.example\n");
        Put("friends@a.example", ArcSamples.Message);
        _host.DeliverAll();
        string text = LocalHost.TextOf(Assert.Single(_host.Remote));
        ArcResult result = await ArcSamples.Validate(text);
        Assert.Equal((AuthResult.Pass, 1), (result.Result, result.Instances));
    }

    [Fact]
    public void What_a_user_of_ours_has_written_is_not_sealed_by_his_own_word()
    {
        _host.Start("friends@a.example;boss@a.example;carl@b.example");
        _host.Put("ann@a.example", "friends@a.example", ArcSamples.Message);
        _host.DeliverAll();
        Assert.DoesNotContain("ARC-", LocalHost.TextOf(Assert.Single(_host.Remote)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Received: by mx.example.org; Sun, 29 Nov 2026 12:00:00 +0000\r\n")]
    [InlineData("received :x\r\n")]
    public void What_came_with_the_message_is_not_taken_for_ours(string received)
    {
        _host.Start("friends@a.example;boss@a.example;carl@b.example");
        Put("friends@a.example", received + ArcSamples.Message);
        _host.DeliverAll();
        Assert.DoesNotContain("ARC-", LocalHost.TextOf(Assert.Single(_host.Remote)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_command_changes_the_message_and_not_what_was_found_out()
    {
        _host.Start();
        string file = _host.Folder.In("forged");
        string forged = ArcSamples.Found.Replace("dmarc=pass", "dmarc=best", StringComparison.Ordinal);
        File.WriteAllText(file, forged.Replace("\r", "", StringComparison.Ordinal));
        _host.WriteForward(
            "ann", $"!cat {file} \"$msgfile\" > x; cat x > \"$msgfile\"\nx@b.example\n");
        Put("ann@a.example", ArcSamples.Message);
        _host.DeliverAll();
        string text = LocalHost.TextOf(Assert.Single(_host.Remote));
        Assert.Contains("dmarc=best", text, StringComparison.Ordinal);
        ArcResult result = await ArcSamples.Validate(text);
        Assert.Equal(AuthResult.Pass, result.Result);
        Assert.Contains("dmarc=pass", Assert.Single(result.Reported), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_which_nothing_was_found_out_goes_on_as_it_is()
    {
        _host.Start("friends@a.example;boss@a.example;carl@b.example");
        Put("friends@a.example", DkimSamples.Message);
        _host.DeliverAll();
        Assert.DoesNotContain("ARC-", LocalHost.TextOf(Assert.Single(_host.Remote)), StringComparison.Ordinal);
    }

    private void Put(string to, string text)
        => _host.Put("sender@c.example", to, text, change: envelope => envelope.IsFromStranger = true);
}
