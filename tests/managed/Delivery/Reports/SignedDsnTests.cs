using System.Text;
using System.Text.RegularExpressions;
using MailModule.Delivery.Reports;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Delivery.Signing;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Delivery.Reports;

/// <summary>Reports of ours, signed by the key of our name, in the real spool.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SignedDsnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Workers _workers = new(2);
    private readonly SignedMail _mail = new();

    public void Dispose()
    {
        _workers.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("mail.example.org", "line\n", 100, "Pass:rsa.example.org")]
    [InlineData("mail.example.org", "line\n", 8000, "Pass:rsa.example.org")]
    [InlineData("mail.example.org", "Gr\u00fc\u00dfe\n", 10, "Pass:rsa.example.org")]
    [InlineData("mail.example.org", "Gr\u00fc\u00dfe\n", 4000, "Pass:rsa.example.org")]
    [InlineData("mail.else.example", "line\n", 100, "none")]
    public void A_report_is_signed_where_our_name_has_a_key(string host, string line, int lines, string verified)
    {
        string text = OriginalMessage.Text + string.Concat(Enumerable.Repeat(line, lines));
        ISpoolEntry entry = Send(host, Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));
        string stored = SpoolRun.Read(entry.Content);
        Assert.Equal(verified, _mail.Verify(stored[(stored.IndexOf('\n', StringComparison.Ordinal) + 1)..]));
        Assert.StartsWith("Return-Path: <>\n" + (verified == "none" ? "Received: " : "DKIM-Signature: "), stored,
            StringComparison.Ordinal);
        Assert.Contains($" id {entry.Id}", SpoolRun.WithoutFilling(stored), StringComparison.Ordinal);
        Assert.True(verified == "none" || Ascii.IsValid(stored));
        if (Ascii.IsValid(line))
            DsnCheck.Strictly(new DsnSpool.Message(entry.Id, entry.Envelope, Plain(stored)));
    }

    private static string Plain(string stored)
        => Regex.Replace(SpoolRun.WithoutFilling(stored), @"DKIM-Signature: .*\n([ \t].*\n)*", "");

    private ISpoolEntry Send(string host, string text)
    {
        var stored = new List<ISpoolEntry>();
        using var run = new SpoolRun(SpoolRun.Options(_folder.In("spool")), stored.Add);
        var dsnSender = new DsnSender(new DsnDependencies
        {
            Spool = run.Spool,
            Workers = _workers,
            HostName = () => host,
            VerdictOf = address => new RelayVerdict(address.LocalPart, RelayRefusal.None),
            Signing = () => _mail.Options,
        });
        var message = new OriginalMessage("ann@sender.example", new TextContent(text));
        using var done = new ManualResetEventSlim();
        Fault fault = Fault.None;
        DsnRecipient about = Told.Of(message.Add("bob@far.example"), "5.1.1", "550 no", "mx.far.example", null);
        dsnSender.Send(message, DsnKind.Failed, [about], result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        Assert.Equal(Fault.None, fault);
        run.Spool.Flush();
        return Assert.Single(stored);
    }
}
