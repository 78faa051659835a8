using System.Text;
using System.Text.RegularExpressions;
using MailModule.Delivery.Reports;
using MailModule.Mail;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

public sealed partial class SpooledReportsTests : IDisposable
{
    private static readonly DateTimeOffset Attempt = new(2026, 11, 21, 5, 30, 0, TimeSpan.FromHours(1));
    private static readonly DateTimeOffset Until = new(2026, 11, 22, 4, 0, 0, TimeSpan.FromHours(1));

    private readonly Workers _workers = new(2);
    private readonly ReportSpool _spool = new();

    public void Dispose() => _workers.Dispose();

    [Fact]
    public void A_failure_tells_the_remotes_words_for_each_recipient_and_returns_the_message()
    {
        var message = new ReportedMessage();
        ReportedRecipient[] about =
        [
            new(message.Add("bob@far.example"), "5.1.1", "550-5.1.1 The mailbox is not there.\n550 5.1.1 See https://far.example/help", "mx1.far.example", Attempt),
            new(message.Add("eve@other.example", original: "rfc822;eve@old.example"), "4.4.1", "no connection could be made", null, Attempt),
        ];
        CheckGolden("failed", Send(message, ReportKind.Failed, about));
    }

    [Fact]
    public void A_failure_returns_the_header_alone_where_that_was_asked_for()
    {
        var message = new ReportedMessage { Envelope = { Return = ReturnContent.Headers, EnvelopeId = "QQ 314+=" } };
        CheckGolden("failed-headers", Send(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "", "", null, null)));
    }

    [Fact]
    public void A_delay_says_until_when_it_will_be_tried()
    {
        var message = new ReportedMessage { Envelope = { Return = ReturnContent.Full } };
        CheckGolden("delayed", Send(message, ReportKind.Delayed,
            new ReportedRecipient(message.Add("bob@far.example"), "4.2.0", "451 4.2.0 Try later", "mx1.far.example", Attempt, Until)));
    }

    [Theory]
    [InlineData(ReportKind.Delivered, "delivered")]
    [InlineData(ReportKind.Relayed, "relayed")]
    [InlineData(ReportKind.Expanded, "expanded")]
    public void A_success_is_told_to_who_asked(ReportKind kind, string golden)
    {
        var message = new ReportedMessage { Envelope = { Return = ReturnContent.Full } };
        string? remote = kind == ReportKind.Relayed ? "mx1.far.example" : null;
        Recipient asked = message.Add("bob@far.example", Notify.Success | Notify.Failure, "rfc822;Bob@far.example");
        CheckGolden(golden, Send(message, kind,
            new ReportedRecipient(asked, "2.0.0", remote is null ? "" : "250 2.0.0 Ok", remote, Attempt), new ReportedRecipient(message.Add("eve@far.example"), "2.0.0", "", null, Attempt)));
    }

    [Fact]
    public void A_message_in_utf8_goes_back_to_a_utf8_address_as_it_is()
    {
        ReportedMessage message = InUtf8("jörg@sender.example");
        CheckGolden("utf8", Send(message, ReportKind.Failed, UnknownUser(message)));
    }

    [Fact]
    public void A_message_in_utf8_goes_back_to_an_ascii_address_in_ascii()
    {
        ReportedMessage message = InUtf8("ann@sender.example");
        ReportSpool.Message report = Send(message, ReportKind.Failed, UnknownUser(message));
        CheckGolden("utf8-in-ascii", report);
        ReportCheck.Parsed parsed = ReportCheck.Strictly(report);
        Assert.Equal(("message/global", "base64"), (parsed.Returned.Type, parsed.Returned.Encoding));
        using Stream text = message.Content.OpenRead();
        string sent = new StreamReader(text, Encoding.Latin1).ReadToEnd();
        Assert.Equal(sent[(sent.IndexOf('\n') + 1)..].Replace("\n", "\r\n", StringComparison.Ordinal), parsed.Returned.Decoded);
        Assert.Contains("<für@far.example>", Encoding.UTF8.GetString(Convert.FromBase64String(parsed.Human.Body)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_goes_by_no_return_path_to_the_sender()
    {
        var message = new ReportedMessage();
        Envelope envelope = Send(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)).Envelope;
        Recipient to = Assert.Single(envelope.Recipients);
        Assert.Equal(("ann@sender.example", null, true), (to.Address.Text, to.Maildrop, envelope.ReversePath.IsNull));
        Assert.Equal(new Clock().GetUtcNow(), envelope.Received);
    }

    [Fact]
    public void A_local_sender_is_told_in_his_mailbox()
    {
        var message = new ReportedMessage("Anna@here.example");
        Assert.Equal("anna", Send(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)).Envelope.Recipients[0].Maildrop);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody@here.example")]
    public void A_sender_that_is_none_is_told_nothing(string sender)
    {
        var message = new ReportedMessage(sender);
        Assert.Equal(Fault.None, Try(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
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
        => Assert.Equal(told, string.Join(' ', Enum.GetValues<ReportKind>().Where(kind =>
        {
            var message = new ReportedMessage();
            _spool.Messages.Clear();
            Assert.Equal(Fault.None, Try(message, kind, new ReportedRecipient(message.Add("bob@far.example", notify), "", "", null, null)));
            return _spool.Messages.Count == 1;
        })));

    [Fact]
    public void Only_recipients_whose_report_is_wanted_are_in_it()
    {
        var message = new ReportedMessage();
        ReportedRecipient[] about = [.. new[] { Notify.Never, Notify.Failure, Notify.Success, Notify.Default }.Select((notify, i) =>
            new ReportedRecipient(message.Add($"user{i}@far.example", notify), "5.1.1", "x", null, null))];
        ReportCheck.Parsed report = ReportCheck.Strictly(Send(message, ReportKind.Failed, about));
        Assert.Equal(["rfc822;user1@far.example", "rfc822;user3@far.example"], report.Recipients.Select(fields => fields.First(field => field.Name == "Final-Recipient").Value));
    }

    [Fact]
    public void Words_of_others_cannot_add_fields_lines_or_parts()
    {
        var message = new ReportedMessage { Envelope = { EnvelopeId = "a\tb" } };
        string nasty = "550 \u0007\u009b a\r\n\r\nAction: delivered\n\n\n--=_00\n" + new string('x', 3000) + " y\n \t\n\u2028z \ud800";
        ReportSpool.Message sent = Send(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.9.9.9", nasty, "mx\n: evil", Attempt));
        ReportCheck.Parsed report = ReportCheck.Strictly(sent);
        IReadOnlyList<(string Name, string Value)> fields = Assert.Single(report.Recipients);
        Assert.Equal("failed", Assert.Single(fields, field => field.Name == "Action").Value);
        Assert.Equal("5.0.0", Assert.Single(fields, field => field.Name == "Status").Value);
        Assert.DoesNotContain("\nAction", report.Human.Decoded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail", "x-local-hostname; mail")]
    [InlineData("mail.example", "dns; mail.example")]
    [InlineData("Bücher.example", "dns; xn--bcher-kva.example")]
    public void Our_name_is_ascii_and_called_what_it_is(string host, string field)
    {
        var message = new ReportedMessage();
        ReportCheck.Parsed report = ReportCheck.Strictly(Send(message, ReportKind.Failed, host, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.Equal(field, report.Message.First(one => one.Name == "Reporting-MTA").Value);
    }

    [Theory]
    [InlineData(Fault.Full, Fault.None)]
    [InlineData(Fault.None, Fault.Io)]
    public void A_report_that_cannot_be_stored_comes_back_and_leaves_nothing(Fault begin, Fault commit)
    {
        _spool.BeginFault = begin;
        _spool.CommitFault = commit;
        var message = new ReportedMessage();
        var about = new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null);
        Assert.Equal(begin == Fault.None ? commit : begin, Try(message, ReportKind.Failed, about));
        Assert.Equal((0, commit == Fault.None ? 0 : 1), (_spool.Messages.Count, _spool.Discarded));
        _spool.BeginFault = _spool.CommitFault = Fault.None;
        ReportCheck.Strictly(Send(message, ReportKind.Failed, about));
    }

    [Theory]
    [InlineData(true, Fault.Io)]
    [InlineData(false, Fault.Internal)]
    public void A_message_that_cannot_be_read_makes_the_report_wait(bool isIo, Fault fault)
    {
        Exception exception = isIo ? new IOException("disk") : new InvalidOperationException("bug");
        var message = new ReportedMessage("ann@sender.example", new BrokenContent(exception, failAt: 0));
        Assert.Equal(fault, Try(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        message = new ReportedMessage("ann@sender.example", new BrokenContent(exception, failAt: 2)) { Envelope = { Return = ReturnContent.Full } };
        Assert.Equal(fault, Try(message, ReportKind.Failed, new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.Equal((0, 1), (_spool.Messages.Count, _spool.Discarded));
    }

    [Fact]
    public void A_message_that_leaves_meanwhile_is_not_reported()
    {
        var message = new ReportedMessage { IsGone = true };
        Assert.Equal(Fault.None, Try(message, ReportKind.Delayed, new ReportedRecipient(message.Add("bob@far.example"), "4.0.0", "x", null, null)));
        Assert.Equal((0, 1), (_spool.Messages.Count, _spool.Discarded));
    }

    [Fact]
    public void A_disk_that_is_behind_is_waited_for()
    {
        var spool = new ReportSpool { IsSlow = true };
        var message = new ReportedMessage("ann@sender.example", ReportedMessage.Text + new string('x', 70) + string.Concat(Enumerable.Repeat("\nline", 9000)));
        Assert.Equal(Fault.None, Try(spool, message, ReportKind.Failed, "mail.example", new ReportedRecipient(message.Add("bob@far.example"), "5.0.0", "x", null, null)));
        Assert.EndsWith("\nline", ReportCheck.Strictly(Assert.Single(spool.Messages)).Returned.Body, StringComparison.Ordinal);
    }

    private static ReportedMessage InUtf8(string sender)
    {
        string text = ReportedMessage.Text.Replace("Lunch?", "Mittag, für zwei?", StringComparison.Ordinal);
        var message = new ReportedMessage(sender, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));
        message.Envelope.Utf8 = true;
        return message;
    }

    private static ReportedRecipient UnknownUser(ReportedMessage message)
        => new(message.Add("für@far.example", original: "utf-8;süß@old.example"), "5.1.1", "550 5.1.1 <für@far.example> unbekannt \\", "mx1.far.example", Attempt);

    private ReportSpool.Message Send(ReportedMessage message, ReportKind kind, params ReportedRecipient[] about) => Send(message, kind, "mail.example", about);

    private ReportSpool.Message Send(ReportedMessage message, ReportKind kind, string host, params ReportedRecipient[] about)
    {
        Assert.Equal(Fault.None, Try(_spool, message, kind, host, about));
        return Assert.Single(_spool.Messages);
    }

    private Fault Try(ReportedMessage message, ReportKind kind, params ReportedRecipient[] about) => Try(_spool, message, kind, "mail.example", about);

    private Fault Try(ReportSpool spool, ReportedMessage message, ReportKind kind, string host, params ReportedRecipient[] about)
    {
        var reports = new SpooledReports(new ReportParts { Spool = spool, Workers = _workers, HostName = () => host, Judge = Judge, Time = new Clock() });
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        int calls = 0;
        reports.Send(message, kind, about, result =>
        {
            fault = result;
            calls++;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.Patience));
        Assert.Equal(1, calls);
        return fault;
    }

    private static RelayVerdict Judge(MailAddress address)
    {
        if (address.Domain != "here.example")
            return new RelayVerdict(null, RelayRefusal.None);
        return address.LocalPart == "nobody" ? new RelayVerdict(null, RelayRefusal.UnknownUser) : new RelayVerdict(address.LocalPart.ToLowerInvariant(), RelayRefusal.None);
    }

    private static void CheckGolden(string name, ReportSpool.Message report)
    {
        ReportCheck.Strictly(report);
        string text = Boundary().Replace(report.Text, "=_BOUNDARY");
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
            return new MemoryStream(Encoding.ASCII.GetBytes(ReportedMessage.Text + string.Concat(Enumerable.Repeat("line\n", 20_000))));
        }
    }
}
