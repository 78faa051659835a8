using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Forwarding;

public sealed class DotForwardTests : IDisposable
{
    private const string Sender = "sender@c.example";

    private readonly LocalHost _host = new();

    public DotForwardTests() => _host.Start("friends@a.example;boss@c.example;bob@a.example");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Nothing_is_forwarded_unless_the_flag_is_on()
    {
        _host.Forward = default;
        _host.WriteForward("ann", "bob@a.example");
        Put("ann@a.example");
        Assert.Equal((1, 0), (_host.Mail("ann").Count, _host.Mail("bob").Count));
    }

    [Fact]
    public void Addresses_get_the_message_and_a_copy_stays()
    {
        _host.WriteForward("ann", "# to both\nbob@a.example x@b.example\nx@B.example carl@a.example\n");
        Put("ann@a.example");
        Assert.Equal("Return-Path: <sender@c.example>\nSubject: x\n\nbody\n", Assert.Single(_host.Mail("ann")));
        ISpoolEntry sent = Assert.Single(_host.Remote);
        Assert.Equal(["bob@a.example", "x@b.example", "carl@a.example"], LocalHost.RecipientsOf(sent));
        Assert.Equal(Sender, sent.Envelope.ReversePath.Text);
        string text = Assert.Single(_host.Mail("bob"));
        Assert.StartsWith("Return-Path: <sender@c.example>\nReceived: by mx.a.example id ", text,
            StringComparison.Ordinal);
        Assert.EndsWith("\nDelivered-To: ann@a.example\nSubject: x\n\nbody\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_without_a_file_is_not_slowed_down_and_one_who_takes_it_away_has_none()
    {
        _host.WriteForward("ann", "#rm\n");
        Put("ann@a.example");
        File.Delete(_host.Home("ann") + "/forward");
        Put("ann@a.example");
        Assert.Single(_host.Mail("ann"));
    }

    [Fact]
    public void A_file_is_read_again_when_it_has_changed()
    {
        _host.WriteForward("ann", "#rm\n");
        Put("ann@a.example");
        _host.WriteForward("ann", "#mv other\n");
        Put("ann@a.example");
        Assert.Equal((0, 1), (_host.Mail("ann").Count, _host.Mail("ann", "other").Count));
    }

    [Theory]
    [InlineData("#rm", 0, 0, 0)]
    [InlineData("#mv spam", 0, 1, 0)]
    [InlineData("#cp spam", 1, 1, 0)]
    [InlineData("#cp spam\n#mv ham", 0, 1, 1)]
    [InlineData("#cp spam\n#cp ham\n#cp spam", 1, 1, 1)]
    [InlineData("#mv spam\n#mv ham", 0, 0, 1)]
    [InlineData("#mv spam\n#rm", 0, 0, 0)]
    [InlineData("#cp spam\n#rm", 0, 1, 0)]
    [InlineData("#rm\n#mv spam\n#cp ham", 0, 0, 0)]
    [InlineData("#rm\nann@a.example", 1, 0, 0)]
    [InlineData("ann@a.example\n#rm", 1, 0, 0)]
    [InlineData("ANN@A.example\n#rm\n#rm", 1, 0, 0)]
    [InlineData("ann@a.example\n#mv spam", 0, 1, 0)]
    [InlineData("#cp spam\nann@a.example\n#rm", 1, 1, 0)]
    [InlineData("#cp spam\n#rm\nann@a.example", 1, 1, 0)]
    [InlineData("#if $text ~ nothing\n#rm\n#elif $size_kb = 0 && $body =~ /^(bo)dy/\n#mv spam\n#else\n#mv ham\n#endif",
        0, 1, 0)]
    [InlineData("#if $in_text(SUBJECT)\n #if !$in_text(y)\n #rm\n #else\n #mv ham\n #endif\n#endif", 0, 0, 1)]
    [InlineData("#if $text ~ Subject: x && $body ~ Subject\n#rm\n#endif", 1, 0, 0)]
    [InlineData("#if exist(forward) && fsize(forward) > 10 && !exist(nothing)\n#mv spam\n#endif", 0, 1, 0)]
    [InlineData("#if fsize($msgfile) > 0 && exist($msgfile)\n#mv spam\n#endif", 0, 1, 0)]
    public void The_message_goes_where_the_file_says(string script, int inbox, int spam, int ham)
    {
        _host.WriteForward("ann", script);
        Put("ann@a.example");
        Assert.Equal((inbox, spam, ham),
            (_host.Mail("ann").Count, _host.Mail("ann", "spam").Count, _host.Mail("ann", "ham").Count));
        Assert.Empty(Directory.GetFileSystemEntries(_host.Folder.Path, "forward-*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("x@b.example ann@a.example\n#rm\n")]
    [InlineData("ann@a.example\n#rm\nx@b.example\n")]
    [InlineData("#rm\nx@b.example\nann@a.example\n")]
    public void An_own_address_keeps_a_copy_wherever_rm_stands(string script)
    {
        _host.WriteForward("ann", script);
        Put("ann@a.example");
        Assert.Single(_host.Remote);
        Assert.Single(_host.Mail("ann"));
    }

    [Fact]
    public void What_rm_throws_away_is_logged_with_message_user_and_line()
    {
        _host.WriteForward("ann", "# away\n#if $size_kb = 0\n#rm\n#endif\n#rm\n");
        string id = _host.Put(Sender, "ann@a.example");
        _host.DeliverAll();
        Assert.Empty(_host.Mail("ann"));
        Assert.Contains(
            $"{id}: thrown away for <ann@a.example> (user ann): {_host.Home("ann")}/forward:3: #rm", _host.Log);
    }

    [Fact]
    public void What_rm_keeps_out_of_the_mailbox_and_addresses_get_is_not_thrown_away()
    {
        _host.WriteForward("ann", "#rm\nx@b.example x@b.example\n");
        Put("ann@a.example");
        Assert.Single(_host.Remote);
        Assert.DoesNotContain(_host.Log, line => line.Contains("thrown away", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("#rm\n#if 1\nbob@a.example\n", ":2: #if without #endif")]
    [InlineData("bob@a.example\n#rm\n#mv ../bob\n", ":3: not the name of a folder")]
    [InlineData("nonsense\nbob@a.example\n", ":1: neither")]
    [InlineData("bob@a.example\n!echo $in_text(x)\n", ":2: $in_text(...) is for conditions")]
    [InlineData("#if $text ~ nothing\n!touch x; eval \"$1\"\n#endif\n#rm\n", ":2: eval reads texts as program text")]
    public void A_file_with_an_error_is_not_obeyed_and_told_with_its_line(string script, string told)
    {
        _host.WriteForward("ann", script);
        Put("ann@a.example");
        Assert.Single(_host.Mail("ann"));
        Assert.Empty(_host.Mail("bob"));
        Assert.Contains(_host.Log,
            line => line.Contains(_host.Home("ann") + "/forward" + told, StringComparison.Ordinal));
    }

    [Fact]
    public void An_address_that_is_nobodys_is_told_and_the_message_stays()
    {
        _host.WriteForward("ann", "#rm\nnobody@a.example\nbob@a.example\n");
        Put("ann@a.example");
        Assert.Equal((1, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
        Assert.Contains(_host.Log,
            line => line.Contains("/forward:2: nobody@a.example is nobody here", StringComparison.Ordinal));
    }

    [Fact]
    public void Users_who_forward_to_each_other_get_the_message_once_each_and_the_first_once_more()
    {
        _host.WriteForward("ann", "bob@a.example");
        _host.WriteForward("bob", "ann@a.example");
        Put("ann@a.example");
        Assert.Equal((2, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
        Assert.Contains(_host.Log, line => line.Contains("sent on from here before", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loop_in_which_nobody_keeps_the_message_ends_in_a_mailbox()
    {
        _host.WriteForward("ann", "#rm\nbob@a.example");
        _host.WriteForward("bob", "#rm\nann@a.example");
        Put("ann@a.example");
        Assert.Equal((1, 0), (_host.Mail("ann").Count, _host.Mail("bob").Count));
        Assert.Empty(_host.Dsns.Sent);
    }

    [Fact]
    public void A_message_that_comes_back_under_another_address_of_the_user_is_known()
    {
        _host.WriteForward("ann", "x@b.example");
        _host.Put(Sender, "ANN@a.example", "Delivered-To: ann@A.example\r\nSubject: x\r\n\r\nbody\r\n");
        _host.DeliverAll();
        Assert.Single(_host.Mail("ann"));
        Assert.Empty(_host.Remote);
    }

    [Fact]
    public void A_list_is_a_target_like_any_other()
    {
        _host.WriteForward("ann", "friends@a.example");
        Put("ann@a.example");
        string text = Assert.Single(_host.Mail("bob"));
        Assert.Contains("Delivered-To: friends@a.example\nList-Id: <friends.a.example>", text,
            StringComparison.Ordinal);
        Assert.Contains("Delivered-To: ann@a.example", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_sender_is_forwarded_without_one()
    {
        _host.WriteForward("ann", "x@b.example");
        _host.Put("", "ann@a.example");
        _host.DeliverAll();
        Assert.True(Assert.Single(_host.Remote).Envelope.ReversePath.IsNull);
    }

    [Fact]
    public void Several_recipients_of_one_user_are_forwarded_once()
    {
        _host.WriteForward("ann", "x@b.example");
        Put("ann@a.example ANN@a.example bob@a.example");
        Assert.Single(_host.Remote);
        Assert.Equal((1, 1), (_host.Mail("ann").Count, _host.Mail("bob").Count));
    }

    [Fact]
    public void The_only_target_inherits_the_dsn_requests_and_a_copy_that_stays_is_the_delivery()
    {
        _host.WriteForward("ann", "#rm\nx@b.example");
        _host.WriteForward("bob", "x@b.example");
        _host.WriteForward("carl", "#rm\nx@b.example y@b.example");
        foreach (string user in new[] { "ann", "bob", "carl" })
            _host.Put(Sender, $"{user}@a.example",
                with: recipient => recipient with { Notify = Notify.Success | Notify.Failure });
        _host.DeliverAll();
        Assert.Equal(["ann Success, Failure", "bob Failure", "carl Failure", "carl Failure"],
            _host.Remote.SelectMany(entry => entry.Envelope.Recipients)
            .Select(
                recipient
                => $"{recipient.OriginalRecipient!["rfc822;".Length..^"@a.example".Length]} {recipient.Notify}")
                    .Order(StringComparer.Ordinal));
        Assert.Equal(["Delivered to <sender@c.example>: bob@a.example 2.0.0",
            "Expanded to <sender@c.example>: carl@a.example 2.0.0"], _host.Dsns.Sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_spool_that_is_full_holds_the_message_back_and_nothing_is_lost()
    {
        _host.WriteForward("ann", "#rm\nx@b.example");
        int refusals = 2;
        _host.Spool.Refusal = envelope
            => envelope.Client is null && envelope.Recipients[0].Address.Domain == "b.example" && refusals-- > 0
                ? Fault.Full
                : Fault.None;
        Put("ann@a.example");
        Assert.Single(_host.Remote);
        Assert.Empty(_host.Mail("ann"));
    }

    [Fact]
    public void Commands_are_not_run_unless_the_flag_is_on()
    {
        _host.Forward = _host.Forward with { MayRun = false };
        _host.WriteForward("ann", "!touch ran\n#rm\n");
        Put("ann@a.example");
        Assert.False(File.Exists(_host.Home("ann") + "/ran"));
        Assert.Single(_host.Mail("ann"));
        Assert.Contains(_host.Log, line => line.Contains("/forward:1: commands are not run", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_gets_the_message_and_its_answer_decides()
    {
        _host.WriteForward("ann", """
            !cat > seen
            !echo "$SENDER $RECIPIENT $USER" > who
            #if $text =~ /^Subject: (\w+)/
            !test $1 = clean
            #if $errorlevel = 0
            #mv clean
            #else
            #mv infected
            #endif
            #endif
            """);
        _host.Put(Sender, "ann@a.example", "Subject: clean\r\n\r\nbody\r\n");
        _host.Put(Sender, "ann@a.example", "Subject: virus\r\n\r\nbody\r\n");
        _host.DeliverAll();
        Assert.Equal((1, 1), (_host.Mail("ann", "clean").Count, _host.Mail("ann", "infected").Count));
        Assert.Equal("Return-Path: <sender@c.example>\nSubject: virus\n\nbody\n",
            File.ReadAllText(_host.Home("ann") + "/seen"));
        Assert.Equal("sender@c.example ann@a.example ann\n", File.ReadAllText(_host.Home("ann") + "/who"));
        Assert.Empty(Directory.GetFiles(_host.Folder.In("scratch")));
    }

    [Fact]
    public void A_command_finds_values_in_its_arguments_and_its_environment()
    {
        _host.WriteForward("ann", """
            !printf '%s|' "$#" "$size_kb" "$errorlevel" "$body" > first
            #if $text =~ /^Subject: (\w+) (.*)/
            !printf '%s|' "$#" "$1" "$2" "${text%%: *}" > second; exit 3
            #if $errorlevel = 3
            #mv done
            #endif
            #endif
            """);
        _host.Put(Sender, "ann@a.example", "Subject: a $(touch x) `touch x`; touch x\r\n\r\nbody\r\n");
        _host.DeliverAll();
        Assert.Equal("0|0|0|body\n|", File.ReadAllText(_host.Home("ann") + "/first"));
        Assert.Equal("2|a|$(touch x) `touch x`; touch x|Return-Path|", File.ReadAllText(_host.Home("ann") + "/second"));
        Assert.False(File.Exists(_host.Home("ann") + "/x"));
        Assert.Single(_host.Mail("ann", "done"));
    }

    [Fact]
    public void A_command_may_change_the_message()
    {
        _host.WriteForward("ann",
            "!sed -i '1a X-Checked: yes' $msgfile\n#if $text ~ X-Checked\n#cp checked\nx@b.example\n#endif\n");
        Put("ann@a.example");
        const string changed = "Return-Path: <sender@c.example>\nX-Checked: yes\nSubject: x\n\nbody\n";
        Assert.Equal(changed, Assert.Single(_host.Mail("ann")));
        Assert.Equal(changed, Assert.Single(_host.Mail("ann", "checked")));
        Assert.EndsWith("Delivered-To: ann@a.example\nX-Checked: yes\nSubject: x\n\nbody\n",
            LocalHost.TextOf(Assert.Single(_host.Remote)), StringComparison.Ordinal);
        Assert.Contains($",S={changed.Length},W={changed.Length + 5}",
            Path.GetFileName(Directory.GetFiles(_host.Home("ann") + "/Maildir/new").Single()),
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_host.Folder.In("scratch")));
    }

    [Theory]
    [InlineData("!rm $msgfile\n#rm\n")]
    [InlineData("!: > $msgfile\n#rm\n")]
    public void A_command_that_leaves_nothing_of_the_message_is_told_and_the_message_stays(string script)
    {
        _host.WriteForward("ann", script);
        Put("ann@a.example");
        Assert.EndsWith("\nbody\n", Assert.Single(_host.Mail("ann")), StringComparison.Ordinal);
        Assert.Contains(_host.Log,
            line => line.Contains("/forward:1: the command left no message", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_that_takes_too_long_is_ended_and_the_message_stays()
    {
        _host.Forward = _host.Forward with { RunTimeout = TimeSpan.FromMilliseconds(200) };
        _host.WriteForward("ann", "!test -f $msgfile && sleep 1000\n#rm\n");
        Put("ann@a.example");
        Assert.Single(_host.Mail("ann"));
        Assert.Contains(_host.Log,
            line => line.Contains("/forward:1: the command was ended after", StringComparison.Ordinal));
    }

    [Fact]
    public void Others_do_not_wait_for_a_slow_command_and_a_log_in_of_the_user_does()
    {
        _host.WriteForward("ann", "!while test -f $msgfile -a ! -e go; do sleep 0.02; done\n");
        _host.Put(Sender, "ann@a.example bob@a.example");
        Assert.True(_host.WaitUntil(() => _host.Mail("bob").Count == 1));
        Assert.False(_host.Delivery.CatchUp(TimeSpan.FromMilliseconds(100), _host.Home("ann")));
        Assert.True(_host.Delivery.CatchUp(LocalHost.Long, _host.Home("bob")));
        Assert.Empty(_host.Mail("ann"));
        File.WriteAllText(_host.Home("ann") + "/go", "");
        Assert.True(_host.Delivery.CatchUp(LocalHost.Long, _host.Home("ann")));
        Assert.Single(_host.Mail("ann"));
    }

    [Fact]
    public void A_stop_ends_a_command_and_the_next_start_does_it_again()
    {
        _host.WriteForward("ann", "!test ! -s $msgfile -o -e go || { touch begun; sleep 1000; }\n#mv done\n");
        _host.Put(Sender, "ann@a.example");
        Assert.True(_host.WaitUntil(() => File.Exists(_host.Home("ann") + "/begun")));
        Assert.True(_host.Stop(TimeSpan.FromMilliseconds(100)));
        Assert.Empty(_host.Mail("ann"));
        File.WriteAllText(_host.Home("ann") + "/go", "");
        using var again = new LocalHost { Disk = _host.Disk.AfterRestart(Survival.Everything), HomesOf = _host };
        again.Start();
        Assert.True(again.WaitUntil(() => _host.Mail("ann", "done").Count == 1));
        Assert.Empty(_host.Mail("ann"));
    }

    [Fact]
    public void A_pattern_sees_octets_whatever_they_mean()
    {
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(_host.Home("ann")).FullName, "forward"),
            "#if $text =~ /b\u00f6dy/\n#mv gefunden-\u00f6\n#endif\n"u8.ToArray());
        _host.Put(Sender, "ann@a.example", "Subject: x\r\n\r\nb\u00c3\u00b6dy\r\n");
        _host.DeliverAll();
        Assert.Single(_host.Mail("ann", "gefunden-\u00f6"));
    }

    [Fact]
    public void Ways_of_many_messages_and_users_all_end()
    {
        _host.WriteForward("ann", "bob@a.example");
        _host.WriteForward("bob", "#if $in_text(even)\n#mv even\n#endif\ncarl@a.example");
        for (int i = 0; i < 200; i++)
            _host.Put(Sender, "ann@a.example", $"Subject: {(i % 2 == 0 ? "even" : "odd")}\r\n\r\n{i}\r\n");
        _host.DeliverAll();
        Assert.Equal((200, 100, 100, 200),
            (_host.Mail("ann").Count, _host.Mail("bob").Count, _host.Mail("bob", "even").Count,
                _host.Mail("carl").Count));
    }

    private void Put(string to)
    {
        _host.Put(Sender, to);
        _host.DeliverAll();
    }
}
