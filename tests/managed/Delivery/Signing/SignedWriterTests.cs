using System.Text;
using System.Text.RegularExpressions;
using MailModule.Delivery.Signing;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Spool;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Signing;

/// <summary>Messages of ours as they stand in the spool, in its log and in files of their own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SignedWriterTests : IDisposable
{
    private const string ReturnPath = "Return-Path: <ann@example.org>\n";
    private const string Received = "Received: by mx.example.org id ID; a date\n";
    private const string Header = "From: Ann <ann@example.org>\r\nTo: bob@far.example\r\nSubject: x\r\n"
        + "Date: Sun, 29 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n";
    private const string Mime = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Transfer-Encoding: 8bit\r\n";
    private const string Good = "Pass:rsa.example.org";
    private const int Small = 300, Large = 200_000;

    private readonly TemporaryFolder _folder = new();
    private readonly List<ISpoolEntry> _entries = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void A_message_of_a_domain_that_has_a_key_is_signed_and_its_text_stays(int length)
    {
        var mail = new SignedMail();
        string text = Header + "\r\n" + Lines(length);
        string stored = Stored(mail, text);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
        Match front = Regex.Match(stored, @"\A(Return-Path: .*\n)DKIM-Signature: (?:.*\n[ \t])*.*\n(Received: .*\n)"
            + @"(?: \([ .\n]*\)\n)?(?=From: )");
        Assert.True(front.Success, stored[..Math.Min(stored.Length, 1500)]);
        Assert.Equal((ReturnPath, Received), (front.Groups[1].Value, front.Groups[2].Value));
        Assert.EndsWith("\n" + AtRest(text), "\n" + stored, StringComparison.Ordinal);
        Assert.InRange(stored.Length, 0, text.Length + 2500);
    }

    [Theory]
    [InlineData("From: eve@else.example\r\n\r\nx\r\n")]
    [InlineData("Subject: nobody\r\n\r\nx\r\n")]
    [InlineData("From: a@example.org\r\nFrom: b@example.org\r\n\r\nx\r\n")]
    [InlineData("From: a@notexample.org\r\n")]
    [InlineData("")]
    public void What_has_no_key_stands_there_as_ever(string text)
    {
        var mail = new SignedMail();
        foreach (string more in (string[])["", Lines(Large)])
            Assert.Equal(ReturnPath + Received + AtRest(text + more), Stored(mail, text + more));
        Assert.Empty(mail.Lines);
    }

    [Fact]
    public void The_key_is_the_domains_own_else_its_nearest_parents()
    {
        var mail = new SignedMail("rsa.example.org", "ed.sub.example.org");
        Assert.Equal("Pass:ed.sub.example.org", Verified(mail, "From: a@sub.example.org\r\n\r\nx\r\n"));
        Assert.Equal("Pass:ed.sub.example.org", Verified(mail, "From: a@b.sub.example.org\r\n\r\nx\r\n"));
        Assert.Equal(Good, Verified(mail, "From: a@other.example.org\r\n\r\nx\r\n"));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Each_key_of_the_domain_signs(int length)
    {
        var mail = new SignedMail("rsa.example.org", "ed.example.org", "rsa2.example.org");
        string[] results = Verified(mail, Header + "\r\n" + Lines(length)).Split(' ');
        Assert.Equal(["Pass:ed.example.org", Good, "Pass:rsa2.example.org"], results.Order());
    }

    /// <summary>The room is measured before the keys are read.</summary>
    [Fact]
    public void A_signature_of_many_fields_finds_room_in_a_large_message()
    {
        var mail = new SignedMail("rsa.example.org", "ed.example.org");
        string fields = string.Concat(Enumerable.Repeat("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", 180));
        string stored = Stored(mail, fields + Header + "\r\n" + Lines(Large));
        Assert.Equal(["Pass:ed.example.org", Good], mail.Verify(Behind(stored)).Split(' ').Order());
    }

    [Fact]
    public void With_more_keys_than_there_is_room_for_it_goes_unsigned_and_the_log_has_it()
    {
        var mail = new SignedMail([.. Enumerable.Range(0, 40).Select(i => $"rsa{i}.example.org")]);
        string text = Header + "\r\n" + Lines(Small);
        Assert.Equal(ReturnPath + Received + AtRest(text), Stored(mail, text));
        Assert.Contains("too many keys", Assert.Single(mail.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void Eight_bit_text_is_encoded_before_it_is_signed(int length)
    {
        var mail = new SignedMail();
        string text = Header + Mime + "\r\n" + Utf8("Grüße aus Köln\r\n") + Lines(length);
        string stored = Stored(mail, text);
        Assert.True(Ascii.IsValid(stored), stored);
        Assert.Contains("Content-Transfer-Encoding: quoted-printable\n", stored, StringComparison.Ordinal);
        Assert.Contains("Gr=C3=BC=C3=9Fe", stored, StringComparison.Ordinal);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
        Assert.False(Assert.Single(_entries).Envelope.EightBit);
        string id = _entries[0].Id;
        Assert.Contains($"Received: by mx.example.org id {id}; a date\n", SpoolRun.Read(_entries[0].Content),
            StringComparison.Ordinal);
        Assert.Equal(length == Large ? 1 : 0, Directory.GetFiles(_folder.In("spool"), "*", SearchOption.AllDirectories)
            .Count(file => Path.GetFileName(file).Length >= 10 && file.EndsWith(id, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_line_that_is_too_long_is_encoded_too()
    {
        var mail = new SignedMail();
        string stored = Stored(mail, Header + "\r\n" + new string('x', 2000) + "\r\n");
        Assert.DoesNotContain(stored.Split('\n'), line => line.Length > 998);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
    }

    [Fact]
    public void Where_nothing_is_to_be_encoded_it_is_signed_as_it_is()
    {
        var mail = new SignedMail();
        string text = Header + Mime + "\r\n" + Utf8("Grüße\r\n");
        string stored = Stored(mail, text, mail.Options with { Converts = false });
        Assert.EndsWith(AtRest(text), stored, StringComparison.Ordinal);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
    }

    [Fact]
    public void What_is_signed_already_inside_is_signed_as_it_is()
    {
        var mail = new SignedMail();
        string text = Header + "MIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b; micalg=sha-256;\r\n"
            + " protocol=\"application/pgp-signature\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\n" + Utf8("Grüße\r\n") + "--b\r\n"
            + "Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n";
        string stored = Stored(mail, text);
        Assert.EndsWith(AtRest(text), stored, StringComparison.Ordinal);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
    }

    /// <summary>RFC 6532: such a message goes to hosts alone that take all of it as it is.</summary>
    [Fact]
    public void A_message_for_smtputf8_stays_as_it_is()
    {
        var mail = new SignedMail();
        string text = Header.Replace("Subject: x", Utf8("Subject: Grüße"), StringComparison.Ordinal) + Mime + "\r\n"
            + Utf8("Grüße\r\n");
        string stored = Stored(mail, text, isUtf8: true);
        Assert.EndsWith(AtRest(text), stored, StringComparison.Ordinal);
        Assert.Equal(Good, mail.Verify(Behind(stored)));
        Assert.True(Ascii.IsValid(Stored(mail, text)));
    }

    /// <summary>Other hosts get CRLF, and no NUL: that is what is signed.</summary>
    [Theory]
    [InlineData("a\rb\r\nc\r", "a\r\nb\r\nc\r\n")]
    [InlineData("a\0b\r\n\0\r\n", "ab\r\n\r\n")]
    [InlineData("no line end", "no line end\r\n")]
    [InlineData("many ends\r\n\r\n\r\n\r\n", "many ends\r\n\r\n\r\n\r\n")]
    public void What_is_signed_is_what_goes_over_the_wire(string body, string wire)
    {
        var mail = new SignedMail();
        string stored = Behind(Stored(mail, Header + "\r\n" + body));
        Assert.EndsWith("\n\n" + AtRest(body), stored, StringComparison.Ordinal);
        Assert.Equal(Good, mail.Verify(stored[..stored.IndexOf("\n\n", StringComparison.Ordinal)]
            .Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n\r\n" + wire));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public void However_it_is_cut_the_same_is_stored(int length)
    {
        var mail = new SignedMail();
        string text = Header + "\r\n" + Lines(length);
        string whole = Stored(mail, text);
        foreach (int piece in (int[])[1, 7, 4096])
            Assert.Equal(Timeless(whole), Timeless(Stored(mail, text, piece: piece)));
    }

    [Theory]
    [InlineData(SignedWriter.HeaderLimit - 2000, true)]
    [InlineData(SignedWriter.HeaderLimit + 2000, false)]
    public void A_header_without_end_is_not_signed_and_not_lost(int length, bool isSigned)
    {
        var mail = new SignedMail();
        string text = Header;
        for (int i = 0; text.Length < length; i++)
            text += "X: " + new string('x', 800) + "\r\n";
        foreach (int piece in (int[])[int.MaxValue, 1000])
        {
            string stored = Stored(mail, text + "\r\nx\r\n", piece: piece);
            Assert.EndsWith(AtRest(text + "\r\nx\r\n"), stored, StringComparison.Ordinal);
            Assert.Equal(isSigned ? Good : "none", mail.Verify(Behind(stored)));
        }
    }

    [Fact]
    public void A_key_that_cannot_be_used_costs_the_signature_and_not_the_message()
    {
        var mail = new SignedMail("rsa.far.example");
        mail.AddBroken("example.org");
        foreach (int length in (int[])[Small, Large])
        {
            string text = Header + "\r\n" + Lines(length);
            string stored = Stored(mail, text);
            Assert.StartsWith(ReturnPath + Received.TrimEnd(), stored, StringComparison.Ordinal);
            Assert.EndsWith(AtRest(text), stored, StringComparison.Ordinal);
            Assert.Equal("none", mail.Verify(Behind(stored)));
        }
        Assert.Equal(2, mail.Lines.Count(line => line.Contains("goes unsigned", StringComparison.Ordinal)));
    }

    [Fact]
    public void Whichever_call_of_the_disk_fails_it_is_stored_whole_or_refused()
    {
        var mail = new SignedMail();
        string[] texts =
        [
            Header + "\r\n" + Lines(20_000), Header + Mime + "\r\n" + Utf8("Grüße\r\n") + Lines(20_000),
        ];
        foreach (string text in texts)
        {
            bool isStruck = true;
            for (int n = 1; isStruck; n++)
            {
                var disk = new SimulatedDisk(n);
                var stored = new List<ISpoolEntry>();
                using var run = new SpoolRun(SpoolRun.Options("/mail/spool", disk), stored.Add);
                int calls = disk.Calls, struck = n;
                isStruck = false;
                disk.Strike = (call, _) =>
                {
                    isStruck |= call == calls + struck;
                    return call == calls + struck ? Fault.Io : Fault.None;
                };
                Fault fault = Write(run, mail.Options, text, int.MaxValue, isUtf8: false);
                run.Spool.Flush();
                disk.Strike = (_, _) => Fault.None;
                Assert.Equal(fault == Fault.None ? 1 : 0, stored.Count);
                if (stored.Count > 0)
                    Assert.Equal(Good, mail.Verify(Behind(SpoolRun.Read(stored[0].Content))));
            }
        }
    }

    private string Verified(SignedMail mail, string text) => mail.Verify(Behind(Stored(mail, text)));

    private string Stored(
        SignedMail mail, string text, SigningOptions? options = null, int piece = int.MaxValue, bool isUtf8 = false)
    {
        _entries.Clear();
        using var run = new SpoolRun(SpoolRun.Options(_folder.In("spool")), _entries.Add);
        Assert.Equal(Fault.None, Write(run, options ?? mail.Options, text, piece, isUtf8));
        run.Spool.Flush();
        ISpoolEntry entry = Assert.Single(_entries);
        string stored = SpoolRun.Read(entry.Content);
        Assert.Equal((stored.Length, stored.Length + stored.Count(c => c == '\n')),
            (entry.Content.Length, entry.Content.WireLength));
        return stored.Replace($" id {entry.Id};", " id ID;", StringComparison.Ordinal);
    }

    private static Fault Write(SpoolRun run, SigningOptions options, string text, int piece, bool isUtf8)
    {
        Envelope envelope = SpoolRun.Envelope();
        Assert.True(MailAddress.TryParse("ann@example.org", out MailAddress ann));
        (envelope.ReversePath, envelope.EightBit, envelope.Utf8) = (ann, true, isUtf8);
        Fault fault = run.Spool.TryBegin(envelope, 0, out ISpoolWriter first);
        if (fault != Fault.None)
            return fault;
        var writer = new SignedWriter(run.Spool, first, envelope, options, (output, id) =>
        {
            byte[] field = Encoding.ASCII.GetBytes($"Received: by mx.example.org id {id}; a date\r\n");
            field.CopyTo(output.GetSpan(field.Length));
            output.Advance(field.Length);
        });
        byte[] octets = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < octets.Length; at += Math.Min(piece, octets.Length - at))
            writer.Append(octets.AsSpan(at, Math.Min(piece, octets.Length - at)), () => { });
        using var done = new ManualResetEventSlim();
        writer.Commit(result =>
        {
            fault = result;
            done.Set();
        });
        Assert.True(done.Wait(SpoolRun.WaitLimit));
        if (fault != Fault.None)
            writer.Discard();
        return fault;
    }

    private static string Behind(string stored) => stored[(stored.IndexOf('\n', StringComparison.Ordinal) + 1)..];

    private static string AtRest(string wire) => SpoolRun.AtRest(Encoding.Latin1.GetBytes(wire));

    private static string Utf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string Lines(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append("This is line ").Append(text.Length).Append("\r\n");
        return text.ToString();
    }

    // Without what the second of the signature changes, and the id.
    private static string Timeless(string stored)
        => Regex.Replace(Regex.Replace(stored, @"\bb=[^;]*?(?=\nReceived)", "b="), @"\bt=\d+", "t=");
}
