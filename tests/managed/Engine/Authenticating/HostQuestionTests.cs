using System.Security.Cryptography;
using System.Text;
using MailModule.Authentication.Checks;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Engine.Authenticating;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Dns;
using MailModule.Transport;

namespace MailModule.Tests.Engine.Authenticating;

/// <summary>Questions of a host about messages: how they are answered, and what a stop makes of them.</summary>
public sealed class HostQuestionTests : IDisposable
{
    private const string Letter = "From: ann@example.org\r\nSubject: x\r\n\r\ntext\r\n";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly string s_pem = NewKey();

    private readonly Workers _workers = new(4);
    private readonly List<string> _log = [];
    private readonly HostCalls _calls = new();

    public void Dispose() => _workers.Stop(Long);

    [Fact]
    public void Those_that_wait_for_names_hold_no_thread()
    {
        var dns = new SilentDns();
        HostQuestions all = All(dns);
        using var ended = new CountdownEvent(100);
        for (int i = 0; i < 100; i++)
            Assert.Equal(Fault.None, Check(all).Start(answer =>
            {
                Assert.Equal(Fault.Cancelled, answer.Fault);
                ended.Signal();
            }));
        while (dns.Count < 100) // with four threads
            Assert.True(dns.Asked.WaitOne(Long));
        Assert.Equal(100, ended.CurrentCount);
        all.Stop();
        all.WaitForEnd();
        Assert.Equal(0, ended.CurrentCount);
        Assert.Equal(Fault.State, Check(all).Start(static _ => { }));
        Assert.Equal(Fault.State, Check(all).Wait(out _));
    }

    [Fact]
    public void A_host_that_waits_is_told_of_the_stop()
    {
        var dns = new SilentDns();
        HostQuestions all = All(dns);
        Fault found = Fault.None;
        Thread waiting = Loopback.Loop.InBackground(() => found = Check(all).Wait(out _));
        Assert.True(dns.Asked.WaitOne(Long));
        all.Stop();
        all.WaitForEnd();
        Assert.True(waiting.Join(Long));
        Assert.Equal(Fault.Cancelled, found);
    }

    /// <summary>It serves sockets, and what follows is records and signatures.</summary>
    [Fact]
    public void What_follows_an_answer_is_not_done_on_the_thread_that_brings_it()
    {
        var dns = new LateDns();
        HostQuestion<FoundResults> question = All(dns).NewCheck(new CheckSubject(CheckMethods.Spf)
        {
            Client = System.Net.IPAddress.Loopback,
            Sender = "ann@example.org",
        });
        using var told = new ManualResetEvent(false);
        question.Start(_ => told.Set());
        for (int i = 0; i < 2; i++)
        {
            Assert.True(dns.Asked.WaitOne(Long));
            Assert.True(dns.IsAskedOnWorker);
            dns.Answer(i == 0 ? "v=spf1 redirect=next.example" : "v=spf1 -all");
        }
        Assert.True(told.WaitOne(Long));
    }

    [Fact]
    public void A_stop_waits_for_a_callback_that_runs_and_it_is_counted()
    {
        HostQuestions all = All(new ScriptedDns());
        using var inside = new ManualResetEvent(false);
        using var goOn = new ManualResetEvent(false);
        Check(all).Start(_ =>
        {
            inside.Set();
            goOn.WaitOne(Long);
        });
        Assert.True(inside.WaitOne(Long));
        Assert.True(_calls.IsAnyLongRunning);
        Assert.Contains("mm_auth_fn", _calls.ToString(), StringComparison.Ordinal);
        all.Stop();
        Thread stop = Loopback.Loop.InBackground(all.WaitForEnd);
        Assert.False(stop.Join(50));
        goOn.Set();
        Assert.True(stop.Join(Long));
        Assert.False(_calls.IsAnyRunning);
    }

    [Fact]
    public void What_fails_within_is_an_answer_and_a_line_in_the_log()
    {
        HostQuestions all = All(new ScriptedDns());
        using var told = new ManualResetEvent(false);
        HostAnswer<string> heard = default;
        new Failing(all).Start(answer =>
        {
            heard = answer;
            told.Set();
        });
        Assert.True(told.WaitOne(Long));
        Assert.Equal((Fault.Internal, null), (heard.Fault, heard.Value));
        lock (_log)
            Assert.Contains(_log, line => line.Contains("a question of the host's failed", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => new Failing(all).Wait(out _));
        all.Stop();
        all.WaitForEnd();
    }

    [Fact]
    public void A_signature_is_made_by_a_key_that_is_read_once()
    {
        HostQuestions all = All(new ScriptedDns());
        var keys = new RecentKeys();
        Assert.Equal(Fault.None, keys.Read(new GivenKey("example.org", "s", s_pem, null), out HostKey? first));
        Assert.Equal(Fault.None, keys.Read(new GivenKey("example.org", "s", s_pem, null), out HostKey? again));
        Assert.Equal(Fault.None, keys.Read(new GivenKey("example.org", "t", s_pem, null), out HostKey? other));
        Assert.Same(first, again);
        Assert.NotSame(first, other);
        for (int i = 0; i < 100; i++)
            keys.Read(new GivenKey($"d{i}.example", "s", s_pem, null), out _);
        keys.Read(new GivenKey("example.org", "s", s_pem, null), out again);
        Assert.NotSame(first, again);
        Assert.Equal(Fault.None, all.NewSignature(new GivenKey("example.org", "s", s_pem, null), out var question));
        Feed(question!, Letter);
        Assert.Equal(Fault.None, question!.Wait(out string? fields));
        Assert.StartsWith("DKIM-Signature: ", fields, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: a@example.org\r\n\r\n", null, Fault.None)]
    [InlineData("Subject: nobody\r\n\r\n", null, Fault.Argument)]
    [InlineData("From: a@example.org\r\nFrom: b@example.org\r\n\r\n", null, Fault.Argument)]
    [InlineData("From: a@example.org\r\n\r\n", "no key", Fault.Config)]
    public void What_cannot_be_signed_says_why(string message, string? pem, Fault expected)
    {
        HostQuestions all = All(new ScriptedDns());
        Fault fault = all.NewSignature(new GivenKey("example.org", "s", pem ?? s_pem, null), out var question);
        if (question is not null)
        {
            Feed(question, message);
            fault = question.Wait(out _);
        }
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void Without_a_key_in_the_settings_nothing_is_signed_or_sealed()
    {
        HostQuestions all = All(new ScriptedDns());
        Assert.Equal(Fault.None, all.NewSignature(null, out var question));
        Feed(question!, Letter);
        Assert.Equal(Fault.NotFound, question!.Wait(out _));
        Assert.Equal(Fault.NotFound, all.NewSeal(null, "example.org; none", out _));
    }

    [Theory]
    [InlineData("mx.example.net; spf=pass smtp.mailfrom=a@b.example; arc=none")]
    [InlineData("Authentication-Results: mx.example.net; spf=pass smtp.mailfrom=a@b.example; arc=none")]
    [InlineData("authentication-results:\r\n mx.example.net;\r\n spf=pass\r\n smtp.mailfrom=a@b.example; arc=none\r\n")]
    public void A_seal_reports_what_was_found_be_it_a_field_or_its_value(string found)
    {
        HostQuestions all = All(new ScriptedDns());
        Assert.Equal(Fault.None, all.NewSeal(new GivenKey("example.org", "s", s_pem, null), found, out var question));
        Feed(question!, Letter);
        Assert.Equal(Fault.None, question!.Wait(out string? fields));
        string unfolded = fields!.Replace("\r\n ", " ", StringComparison.Ordinal);
        Assert.Contains(
            "ARC-Authentication-Results: i=1; mx.example.net; spf=pass smtp.mailfrom=a@b.example; arc=none",
            unfolded, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData("no results of any kind")]
    [InlineData("mx.example.net; none\r\nSubject: another field; none")]
    public void What_is_no_such_field_is_told(string found)
    {
        HostQuestions all = All(new ScriptedDns());
        Assert.Equal(
            Fault.Argument, all.NewSeal(new GivenKey("example.org", "s", s_pem, null), found, out _));
    }

    private HostQuestions All(IDns dns)
    {
        var log = new Log(LogLevel.Debug, (_, _, line) =>
        {
            lock (_log)
                _log.Add(line);
        });
        var settings = new EngineSettings(log);
        var keys = new DkimKeys(() => settings.Current.Signing.Dkim, log);
        return new HostQuestions(settings, () => dns, keys, static () => null, _workers, _calls, log);
    }

    private static HostQuestion<FoundResults> Check(HostQuestions all)
    {
        var subject = new CheckSubject(CheckMethods.Dmarc | CheckMethods.Dkim);
        HostQuestion<FoundResults> question = all.NewCheck(subject);
        Feed(question, Letter);
        return question;
    }

    private static void Feed<T>(HostQuestion<T> question, string message) where T : class
    {
        question.Append(Encoding.ASCII.GetBytes(message));
        question.End();
    }

    private static string NewKey()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>Answers when it is cancelled, and not before.</summary>
    private sealed class SilentDns : IDns
    {
        private int _count;

        public AutoResetEvent Asked { get; } = new(false);

        public int Count => Volatile.Read(ref _count);

        public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            var answer = new TaskCompletionSource<DnsAnswer>();
            cancel.Register(() => answer.TrySetResult(new DnsAnswer(DnsStatus.Cancelled, [], question.Name, "")));
            Interlocked.Increment(ref _count);
            Asked.Set();
            return new ValueTask<DnsAnswer>(answer.Task);
        }
    }

    /// <summary>Answers a question on the thread that wants it to.</summary>
    private sealed class LateDns : IDns
    {
        private TaskCompletionSource<DnsAnswer> _answer = new();

        public AutoResetEvent Asked { get; } = new(false);

        public bool IsAskedOnWorker { get; private set; }

        public ValueTask<DnsAnswer> Ask(DnsQuestion question, CancellationToken cancel)
        {
            TaskCompletionSource<DnsAnswer> answer = _answer = new TaskCompletionSource<DnsAnswer>();
            IsAskedOnWorker = Workers.IsCurrent;
            Asked.Set();
            return new ValueTask<DnsAnswer>(answer.Task);
        }

        public void Answer(string text)
            => _answer.SetResult(
                new DnsAnswer(DnsStatus.Ok, [new TxtRecord("x.example", TimeSpan.FromMinutes(1), text)], "x.example"));
    }

    private sealed class Failing(HostQuestions all) : HostQuestion<string>(all)
    {
        public override void Append(ReadOnlySpan<byte> octets)
        {
        }

        public override void End()
        {
        }

        internal override ValueTask<HostAnswer<string>> Ask(CancellationToken cancel)
            => throw new InvalidDataException("it cannot be done");
    }
}
