using System.Text;
using System.Text.RegularExpressions;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Smtp.Client;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

public sealed partial class DsnSenderTests : IDisposable
{
    private static readonly DateTimeOffset Attempt = new(2026, 11, 21, 5, 30, 0, TimeSpan.FromHours(1));
    private static readonly DateTimeOffset Until = new(2026, 11, 22, 4, 0, 0, TimeSpan.FromHours(1));

    private readonly Workers _workers = new(2);
    private readonly DsnSpool _spool = new();

    public void Dispose() => _workers.Dispose();

    [Fact]
    public void A_failure_tells_the_remotes_words_for_each_recipient_and_returns_the_message()
    {
        var message = new OriginalMessage();
        DsnRecipient[] about =
        [
            Told.Of(message.Add("bob@far.example"), "5.1.1",
                "550-5.1.1 The mailbox is not there.\n550 5.1.1 See https://far.example/help", "mx1.far.example",
                Attempt),
            Told.Of(message.Add("eve@other.example", original: "rfc822;eve@old.example"), "4.4.1",
                "no connection could be made", null, Attempt),
        ];
        CheckGolden("failed", Send(message, DsnKind.Failed, about));
    }

    [Fact]
    public void A_report_avoids_inner_addresses_whoever_it_goes_to()
    {
        var message = new OriginalMessage();
        DsnSpool.Message dsn = Send(message, DsnKind.Failed,
            Told.Of(message.Add("bob@far.example"), "5.1.1", "No such user", null, Attempt));
        Assert.True(dsn.Envelope.AvoidsInner);
    }

    [Fact]
    public void A_failure_returns_the_header_alone_where_that_was_asked_for()
    {
        var message = new OriginalMessage { Envelope = { Return = ReturnContent.Headers, EnvelopeId = "QQ 314+=" } };
        CheckGolden("failed-headers",
            Send(message, DsnKind.Failed, Told.Of(message.Add("bob@far.example"), "", "", null, null)));
    }

    [Fact]
    public void Nothing_that_a_stranger_wrote_stands_in_the_part_for_people()
    {
        const string Text = "Buy at evil.example";
        var message = new OriginalMessage($"\"{Text}\"@victim.example")
        { Envelope = { EnvelopeId = Text, Helo = "evil.example" } };
        DsnSpool.Message dsn = Send(message, DsnKind.Failed,
            Told.Of(message.Add($"\"{Text}\"@far.example", original: $"rfc822;{Text}"), "5.1.1", "No such user", null,
                Attempt));
        DsnCheck.Strictly(dsn);
        int begin = dsn.Text.IndexOf("text/plain", StringComparison.Ordinal);
        int end = dsn.Text.IndexOf("message/delivery-status", begin, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", dsn.Text[begin..end], StringComparison.Ordinal);
        Assert.Contains($"Original-Recipient: rfc822;{Text}", dsn.Text[end..], StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_to_and_about_odd_addresses_is_one_that_others_read()
    {
        var message = new OriginalMessage("ann..lee.@my_host.example");
        string verp = $"list-return-1-{new string('x', 200)}=far.example@lists.example";
        DsnSpool.Message dsn = Send(message, DsnKind.Failed,
            Told.Of(message.Add("bob.@far_away.example"), "5.1.1", "No such user", null, Attempt),
            Told.Of(message.Add(verp), "5.1.1", "No such user", null, Attempt));
        DsnCheck.Strictly(dsn);
        Assert.Contains("To: <\"ann..lee.\"@my_host.example>\n", dsn.Text, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822;bob.@far_away.example\n", dsn.Text, StringComparison.Ordinal);
        Assert.Contains("<bob.@far_away.example>\n", dsn.Text, StringComparison.Ordinal);
        Assert.Equal("ann..lee.@my_host.example", dsn.Envelope.Recipients.Single().Address.Text);
    }

    [Fact]
    public void Our_words_are_not_put_into_the_mouth_of_a_host_that_broke_off()
    {
        var message = new OriginalMessage();
        var host = new RemoteHost("mx1.far.example", null, null, IsVerified: false, OffersDsn: false);
        AttemptResult lost = AttemptResult.Of(Fault.Closed, SmtpStage.Data, host).GivenUp();
        DsnSpool.Message dsn = Send(message, DsnKind.Failed,
            new DsnRecipient(message.Add("bob@far.example"), lost, Attempt));
        DsnCheck.Strictly(dsn);
        Assert.Contains("Diagnostic-Code: x-mailmodule; the connection was lost", dsn.Text, StringComparison.Ordinal);
        Assert.Contains("Remote-MTA: dns; mx1.far.example", dsn.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("said", dsn.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("smtp;", dsn.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delay_says_until_when_it_will_be_tried()
    {
        var message = new OriginalMessage { Envelope = { Return = ReturnContent.Full } };
        CheckGolden("delayed", Send(message, DsnKind.Delayed,
            Told.Of(message.Add("bob@far.example"), "4.2.0", "451 4.2.0 Try later", "mx1.far.example",
                Attempt, Until)));
    }

    [Theory]
    [InlineData(DsnKind.Delivered, "delivered")]
    [InlineData(DsnKind.Relayed, "relayed")]
    [InlineData(DsnKind.Expanded, "expanded")]
    internal void A_success_is_told_to_who_asked(DsnKind kind, string golden)
    {
        var message = new OriginalMessage { Envelope = { Return = ReturnContent.Full } };
        string? remote = kind == DsnKind.Relayed ? "mx1.far.example" : null;
        Recipient asked = message.Add("bob@far.example", Notify.Success | Notify.Failure, "rfc822;Bob@far.example");
        CheckGolden(golden, Send(message, kind,
            Told.Of(asked, "2.0.0", remote is null ? "" : "250 2.0.0 Ok", remote, Attempt),
                Told.Of(message.Add("eve@far.example"), "2.0.0", "", null, Attempt)));
    }

    [Fact]
    public void A_message_in_utf8_goes_back_to_a_utf8_address_as_it_is()
    {
        OriginalMessage message = InUtf8("jörg@sender.example");
        CheckGolden("utf8", Send(message, DsnKind.Failed, UnknownUser(message)));
    }

    [Fact]
    public void A_message_in_utf8_goes_back_to_an_ascii_address_in_ascii()
    {
        OriginalMessage message = InUtf8("ann@sender.example");
        DsnSpool.Message dsn = Send(message, DsnKind.Failed, UnknownUser(message));
        CheckGolden("utf8-in-ascii", dsn);
        DsnCheck.Parsed parsed = DsnCheck.Strictly(dsn);
        Assert.Equal(("message/global", "base64"), (parsed.Returned.Type, parsed.Returned.Encoding));
        using Stream text = message.Content.OpenRead();
        string sent = new StreamReader(text, Encoding.Latin1).ReadToEnd();
        Assert.Equal(sent[(sent.IndexOf('\n') + 1)..].Replace("\n", "\r\n", StringComparison.Ordinal),
            parsed.Returned.Decoded);
        Assert.Contains("<für@far.example>", Encoding.UTF8.GetString(Convert.FromBase64String(parsed.Human.Body)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_goes_by_no_return_path_to_the_sender()
    {
        var message = new OriginalMessage();
        Envelope envelope = Send(
            message, DsnKind.Failed,
            Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)).Envelope;
        Recipient to = Assert.Single(envelope.Recipients);
        Assert.Equal(("ann@sender.example", null, true), (to.Address.Text, to.Maildrop, envelope.ReversePath.IsNull));
        Assert.Equal(new Clock().GetUtcNow(), envelope.Received);
    }

    [Fact]
    public void A_local_sender_is_told_in_his_mailbox()
    {
        var message = new OriginalMessage("Anna@here.example");
        Assert.Equal("anna", Send(
            message, DsnKind.Failed,
            Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null,
                null)).Envelope.Recipients[0].Maildrop);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody@here.example")]
    public void A_sender_that_is_none_is_told_nothing(string sender)
    {
        var message = new OriginalMessage(sender);
        Assert.Equal(Fault.None,
            Try(message, DsnKind.Failed, Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.Empty(_spool.Messages);
    }

    [Theory]
    [InlineData(Notify.Default, "Failed Delayed")]
    [InlineData(Notify.Never, "")]
    [InlineData(Notify.Failure, "Failed")]
    [InlineData(Notify.Delay, "Delayed")]
    [InlineData(Notify.Success, "Delivered Relayed Expanded")]
    [InlineData(Notify.Success | Notify.Failure | Notify.Delay, "Failed Delayed Delivered Relayed Expanded")]
    public void Notify_decides_what_is_told(Notify notify, string told)
        => Assert.Equal(told, string.Join(' ', Enum.GetValues<DsnKind>().Where(kind =>
        {
            var message = new OriginalMessage();
            _spool.Messages.Clear();
            Assert.Equal(Fault.None,
                Try(message, kind, Told.Of(message.Add("bob@far.example", notify), "", "", null, null)));
            return _spool.Messages.Count == 1;
        })));

    [Fact]
    public void Only_recipients_whose_report_is_wanted_are_in_it()
    {
        var message = new OriginalMessage();
        DsnRecipient[] about =
            [.. new[] { Notify.Never, Notify.Failure, Notify.Success, Notify.Default }.Select((notify, i) =>
            Told.Of(message.Add($"user{i}@far.example", notify), "5.1.1", "x", null, null))];
        DsnCheck.Parsed dsn = DsnCheck.Strictly(Send(message, DsnKind.Failed, about));
        Assert.Equal(["rfc822;user1@far.example", "rfc822;user3@far.example"],
            dsn.Recipients.Select(fields => fields.First(field => field.Name == "Final-Recipient").Value));
    }

    [Fact]
    public void Words_of_others_cannot_add_fields_lines_or_parts()
    {
        var message = new OriginalMessage { Envelope = { EnvelopeId = "a\tb" } };
        string nasty = "550 \u0007\u009b a\r\n\r\nAction: delivered\n\n\n--=_00\n" + new string('x', 3000)
            + " y\n \t\n\u2028z \ud800";
        DsnSpool.Message sent = Send(message, DsnKind.Failed,
            Told.Of(message.Add("bob@far.example"), "5.9.9.9", nasty, "mx\n: evil", Attempt));
        DsnCheck.Parsed dsn = DsnCheck.Strictly(sent);
        IReadOnlyList<(string Name, string Value)> fields = Assert.Single(dsn.Recipients);
        Assert.Equal("failed", Assert.Single(fields, field => field.Name == "Action").Value);
        Assert.Equal("5.0.0", Assert.Single(fields, field => field.Name == "Status").Value);
        Assert.DoesNotContain("\nAction", dsn.Human.Decoded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail", "x-local-hostname; mail")]
    [InlineData("mail.example", "dns; mail.example")]
    [InlineData("Bücher.example", "dns; xn--bcher-kva.example")]
    public void Our_name_is_ascii_and_called_what_it_is(string host, string field)
    {
        var message = new OriginalMessage();
        DsnCheck.Parsed dsn = DsnCheck.Strictly(Send(message, DsnKind.Failed, host,
            Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.Equal(field, dsn.Message.First(one => one.Name == "Reporting-MTA").Value);
    }

    [Theory]
    [InlineData(Fault.Full, Fault.None)]
    [InlineData(Fault.None, Fault.Io)]
    public void A_report_that_cannot_be_stored_comes_back_and_leaves_nothing(Fault begin, Fault commit)
    {
        _spool.BeginFault = begin;
        _spool.CommitFault = commit;
        var message = new OriginalMessage();
        var about = Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null);
        Assert.Equal(begin == Fault.None ? commit : begin, Try(message, DsnKind.Failed, about));
        Assert.Equal((0, commit == Fault.None ? 0 : 1), (_spool.Messages.Count, _spool.Discarded));
        _spool.BeginFault = _spool.CommitFault = Fault.None;
        DsnCheck.Strictly(Send(message, DsnKind.Failed, about));
    }

    [Theory]
    [InlineData(true, Fault.Io)]
    [InlineData(false, Fault.Internal)]
    public void A_message_that_cannot_be_read_makes_the_report_wait(bool isIo, Fault fault)
    {
        Exception exception = isIo ? new IOException("disk") : new InvalidOperationException("bug");
        var message = new OriginalMessage("ann@sender.example", new BrokenContent(exception, failAt: 0));
        Assert.Equal(fault, Try(
            message, DsnKind.Failed, Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        message = new OriginalMessage("ann@sender.example", new BrokenContent(exception, failAt: 2))
        { Envelope = { Return = ReturnContent.Full } };
        Assert.Equal(fault, Try(
            message, DsnKind.Failed, Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.Equal((0, 1), (_spool.Messages.Count, _spool.Discarded));
    }

    [Fact]
    public void A_message_that_leaves_meanwhile_is_not_reported()
    {
        var message = new OriginalMessage { IsGone = true };
        Assert.Equal(Fault.None,
            Try(message, DsnKind.Delayed, Told.Of(message.Add("bob@far.example"), "4.0.0", "x", null, null)));
        Assert.Equal((0, 1), (_spool.Messages.Count, _spool.Discarded));
    }

    [Fact]
    public void A_disk_that_is_behind_is_waited_for()
    {
        var spool = new DsnSpool { IsSlow = true };
        var message = new OriginalMessage(
            "ann@sender.example",
            OriginalMessage.Text + new string('x', 70) + string.Concat(Enumerable.Repeat("\nline", 9000)));
        Assert.Equal(Fault.None,
            Try(spool, message, DsnKind.Failed, "mail.example",
                Told.Of(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.EndsWith("\nline", DsnCheck.Strictly(Assert.Single(spool.Messages)).Returned.Body,
            StringComparison.Ordinal);
    }

    private static OriginalMessage InUtf8(string sender)
    {
        string text = OriginalMessage.Text.Replace("Lunch?", "Mittag, für zwei?", StringComparison.Ordinal);
        var message = new OriginalMessage(sender, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));
        message.Envelope.Utf8 = true;
        return message;
    }

    private static DsnRecipient UnknownUser(OriginalMessage message)
        => Told.Of(message.Add("für@far.example", original: "utf-8;süß@old.example"), "5.1.1",
            "550 5.1.1 <für@far.example> unbekannt \\", "mx1.far.example", Attempt);

    private DsnSpool.Message Send(OriginalMessage message, DsnKind kind, params DsnRecipient[] about)
        => Send(message, kind, "mail.example", about);

    private DsnSpool.Message Send(OriginalMessage message, DsnKind kind, string host, params DsnRecipient[] about)
    {
        Assert.Equal(Fault.None, Try(_spool, message, kind, host, about));
        return Assert.Single(_spool.Messages);
    }

    private Fault Try(OriginalMessage message, DsnKind kind, params DsnRecipient[] about)
        => Try(_spool, message, kind, "mail.example", about);

    private Fault Try(DsnSpool spool, OriginalMessage message, DsnKind kind, string host, params DsnRecipient[] about)
    {
        var dsnSender = new DsnSender(
            new DsnDependencies
            {
                Spool = spool,
                Workers = _workers,
                HostName = () => host,
                VerdictOf = CheckRecipient,
                Time = new Clock()
            });
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        int calls = 0;
        dsnSender.Send(message, kind, about, result =>
        {
            fault = result;
            calls++;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        Assert.Equal(1, calls);
        return fault;
    }

    private static RelayVerdict CheckRecipient(MailAddress address)
    {
        if (address.Domain != "here.example")
            return new RelayVerdict(null, RelayRefusal.None);
        return address.LocalPart == "nobody"
            ? new RelayVerdict(null, RelayRefusal.UnknownUser)
            : new RelayVerdict(address.LocalPart.ToLowerInvariant(), RelayRefusal.None);
    }

    private static void CheckGolden(string name, DsnSpool.Message dsn)
    {
        DsnCheck.Strictly(dsn);
        string text = Boundary().Replace(dsn.Text, "=_BOUNDARY");
        string file = Repository.In("tests", "managed", "Delivery", "Reports", "Golden", name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [GeneratedRegex("=_[0-9A-F]{32}")]
    private static partial Regex Boundary();

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 4, 30, 0, TimeSpan.Zero);
    }

    private sealed class BrokenContent(Exception exception, int failAt) : MessageContent
    {
        private int _opened;

        public override long Length => 100_000;
        public override long WireLength => 100_000;
        public override ReadOnlyMemory<byte> Memory => default;
        public override string? FilePath => null;

        public override Stream OpenRead()
        {
            if (_opened++ == failAt)
                throw exception;
            return new MemoryStream(
                Encoding.ASCII.GetBytes(OriginalMessage.Text + string.Concat(Enumerable.Repeat("line\n", 20_000))));
        }
    }
}
