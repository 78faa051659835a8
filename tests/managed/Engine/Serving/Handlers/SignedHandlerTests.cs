using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Tests.Delivery.Signing;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>Signatures of a whole engine by its settings, of messages that pass a host's handlers.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SignedHandlerTests : IDisposable
{
    private const string Ours = "192.0.2.1", Stranger = "198.51.100.7", Signed = "Pass:s.mail.example";
    private const string Text = "From: a@mail.example\r\nSubject: x\r\n";

    private readonly TemporaryFolder _folder = new();
    private readonly SignedMail _mail = new();
    private readonly TestTable _table = new(HandlerSteps.Data | HandlerSteps.Message)
    {
        Answer = (step, session) => step != HandlerSteps.Message ? HandlerVerdict.Continue
            : session.AddHeader("List-Id", "<x.mail.example>") == Fault.None ? HandlerVerdict.Continue : -1,
    };

    public SignedHandlerTests() => NewKey();

    private string KeyFile => _folder.In("key.pem");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\r\nbody\r\n", 0)]
    [InlineData("\r\nbody\r\n", 500_000)]
    [InlineData("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe\r\n", 0)]
    [InlineData(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe\r\n", 500_000)]
    public void What_a_host_puts_in_front_is_signed_with_the_rest(string rest, int more)
    {
        using HandlerRun run = Run();
        string kept = Store(run, Ours, Text + rest + string.Concat(Enumerable.Repeat("more text\r\n", more / 11)));
        Assert.Equal(Signed, _mail.Verify(kept));
        Assert.Matches(new Regex(@"^DKIM-Signature: (.*\n[ \t])*.*\bList-Id\b", RegexOptions.Multiline), kept);
        Assert.Matches(new Regex("^List-Id: <x.mail.example>$", RegexOptions.Multiline), kept);
        Assert.True(Ascii.IsValid(kept));
    }

    [Fact]
    public void A_stranger_is_not_signed_for()
    {
        using HandlerRun run = Run();
        Assert.Equal("none", _mail.Verify(Store(run, Stranger, Text + "\r\nbody\r\n")));
    }

    [Fact]
    public void A_key_that_is_replaced_counts_from_the_next_message_on()
    {
        using HandlerRun run = Run();
        Assert.Equal(Signed, _mail.Verify(Store(run, Ours, Text + "\r\none\r\n")));
        NewKey(); // the record too
        Assert.Equal(Signed, _mail.Verify(Store(run, Ours, Text + "\r\ntwo\r\n")));
    }

    [Fact]
    public void A_setting_says_that_nothing_is_encoded()
    {
        using HandlerRun run = Run("dkim_convert=0");
        string kept = Store(run, Ours, Text + "\r\nGr\u00fc\u00dfe\r\n");
        Assert.Equal(Signed, _mail.Verify(kept));
        Assert.Contains("Gr\u00fc\u00dfe", kept, StringComparison.Ordinal);
    }

    private HandlerRun Run(params string[] settings)
        => new(["dkim=mail.example;s;" + KeyFile, .. settings], ServerOptions.NoPort, SmtpProtocol.Smtp, _table);

    private void NewKey()
    {
        string pem = RSA.Create(2048).ExportPkcs8PrivateKeyPem();
        File.WriteAllText(KeyFile + ".new", pem);
        File.SetUnixFileMode(KeyFile + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(KeyFile + ".new", KeyFile, overwrite: true);
        _mail.Publish("mail.example", "s", SignedMail.Read(pem));
    }

    // As it lies in the mailbox, behind the Return-Path.
    private static string Store(HandlerRun run, string client, string text)
    {
        int before = run.Mailbox().Length;
        using SteppedHost host = run.Connect(client);
        host.Send("");
        string said = host.Send(
            HandlerRun.Begun + "RCPT TO:<ann@mail.example>\r\nDATA\r\n" + text + ".\r\n");
        Assert.Contains("queued as", said, StringComparison.Ordinal);
        string id = Regex.Match(said, @"queued as (\w+)").Groups[1].Value;
        Assert.True(SpinWait.SpinUntil(() => run.Mailbox().Length > before, Loopback.Loop.Long));
        string kept = run.Mailbox().Single(one => one.Contains($" id {id}", StringComparison.Ordinal));
        return kept[(kept.IndexOf('\n', StringComparison.Ordinal) + 1)..];
    }
}
