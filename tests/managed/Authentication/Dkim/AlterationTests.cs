using System.Text;
using MailModule.Authentication;
using MailModule.Dns;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>What may happen to a message on its way, and what may not.</summary>
public class AlterationTests
{
    private const string Simple
        = "v=1; a=rsa-sha256; d=example.org; s=sel; h=From:To:Subject:Date:Received:Message-ID; bh=*;\r\n b=";

    private const string Relaxed = "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=ed;\r\n"
        + "\th=From:From:To:Cc:Subject:Date:Received:Message-ID; bh=*; b=";

    private static readonly string s_simple = PlainSigner.Sign(Message, Simple, Rsa);
    private static readonly string s_relaxed = PlainSigner.Sign(Message, Relaxed, Ed25519);

    // b= itself is not signed: its base64 may have other blanks behind it, and other bits where they do not count.
    [Fact]
    public async Task Every_flipped_bit_is_noticed()
        => Assert.All(await UnnoticedFlips(s_simple), flip => Assert.True(flip.IsInSignature, flip.ToString()));

    // A CR that becomes a tab before the LF is white space at a line's end; capitals of names do not count.
    [Fact]
    public async Task Relaxed_every_flipped_bit_is_noticed_but_in_white_space_and_names()
        => Assert.All(await UnnoticedFlips(s_relaxed), flip => Assert.True(
            flip.IsInSignature || flip is { Before: '\r', After: '\t' }
                || (flip.IsInName && char.IsAsciiLetter(flip.Before) && (flip.Before ^ flip.After) == 0x20),
            flip.ToString()));

    [Theory]
    [InlineData("To: sue@example.net,\r\n ann@example.net\r\n", "To: sue@example.net, ann@example.net\r\n", true)]
    [InlineData("To: sue@example.net,\r\n ann", "TO :   sue@example.net,\r\n\t\r\n ann", true)]
    [InlineData("Subject: Dinner  \t at eight\r\n", "Subject:Dinner at\r\n eight  \r\n", true)]
    [InlineData("Subject: Dinner  \t at eight\r\n", "Subject: Dinnerat eight\r\n", false)]
    [InlineData("Hello  Sue, \r\n", "Hello Sue,\r\n", true)]
    [InlineData("Hello  Sue, \r\n", "Hello\t Sue,\t \n", true)]
    [InlineData("Hello  Sue, \r\n", " Hello  Sue, \r\n", false)]
    [InlineData("how are you?\t\r\n\r\n\r\n", "how are you?", true)]
    [InlineData("how are you?\t\r\n\r\n\r\n", "how are you?\r\n \r\n\t\n\n", true)]
    [InlineData("how are you?\t\r\n\r\n\r\n", "how are you?\r\n.\r\n", false)]
    [InlineData("Sue, \r\n\r\nhow", "Sue, \r\nhow", false)]
    [InlineData("DKIM-Signature: v=1; a=", "dkim-signature:v=1;\r\n a=", true)]
    [InlineData("DKIM-Signature: v=1; a=", "DKIM-Signature: v=1; z=; a=", false)]
    public async Task Relaxed_white_space_may_change(string from, string to, bool isRight)
        => await AssertChange(s_relaxed, from, to, isRight);

    [Theory]
    [InlineData("To: sue@example.net,\r\n ann@example.net\r\n", "To: sue@example.net, ann@example.net\r\n", false)]
    [InlineData("Subject: ", "subject: ", false)]
    [InlineData("Hello  Sue, \r\n", "Hello  Sue,\r\n", false)]
    [InlineData("Hello  Sue, \r\n", "Hello  Sue, \n", true)]
    [InlineData("how are you?\t\r\n\r\n\r\n", "how are you?\t", true)]
    [InlineData("how are you?\t\r\n\r\n\r\n", "how are you?\t\r\n \r\n", false)]
    [InlineData("DKIM-Signature: v=1; a=", "DKIM-Signature: v=1;  a=", false)]
    public async Task Simply_hardly_anything_may(string from, string to, bool isRight)
        => await AssertChange(s_simple, from, to, isRight);

    [Theory]
    [InlineData("Received: ", "X-New: field\r\nReceived: ", true)] // what is not signed may come
    [InlineData("Received: ", "Received: from c\r\nReceived: ", true)] // above the signed one of its name
    [InlineData("\r\n\r\nHello", "\r\nReceived: from c\r\n\r\nHello", false)] // below it
    [InlineData("Received: ", "From: other\r\nReceived: ", false)] // From is signed once more than it stood
    [InlineData("Received: ", "Cc: other\r\nReceived: ", false)] // Cc was signed though there is none
    [InlineData("Received: ", "To: other\r\nReceived: ", true)] // To was signed once
    [InlineData("Message-ID: <1@example.org>\r\n", "", false)] // what is signed must not go
    public async Task Fields_come_and_go_as_the_signature_says(string from, string to, bool isRight)
        => await AssertChange(s_relaxed, from, to, isRight);

    // Whoever stores the message ends its header there, and so do most readers: the text would begin with what was put
    // in, with none of it signed.
    [Theory]
    [InlineData("\r\n\r\nHello", "\r\nPay to another account now\r\n\r\nHello")]
    [InlineData("\r\n\r\nHello", "\r\nFrom now on pay to another account\r\n\r\nHello")]
    [InlineData("\r\n\r\nHello", "\r\nPay now: to another account\r\n\r\nHello")]
    [InlineData("\r\n\r\nHello", "\r\n:\r\nPay: to another account\r\n\r\nHello")]
    [InlineData("\r\n\r\nHello", "\n\r\r\nPay: to another account\r\n\r\nHello")]
    [InlineData("\r\n\r\nHello", "\r\nX: \rSubject: Pay to another account\r\n\r\nHello")]
    [InlineData("Date: ", "Pay to another account now\r\nDate: ")]
    [InlineData("Date: ", "\xef\xbb\xbfSubject: Pay to another account\r\nDate: ")]
    [InlineData("DKIM-Signature: ", "\xef\xbb\xbfSubject: Pay to another account\r\nDKIM-Signature: ")]
    [InlineData("DKIM-Signature: ", "J\xf6rg: 1\r\nDKIM-Signature: ")]
    public async Task A_line_that_is_no_field_makes_a_signature_invalid(string from, string to)
    {
        foreach (string signed in new[] { s_simple, s_relaxed })
        {
            Assert.Contains(from, signed, StringComparison.Ordinal);
            DkimResult result = await VerifyOne(signed.Replace(from, to, StringComparison.Ordinal));
            Assert.Equal(AuthResult.PermError, result.Result);
            Assert.StartsWith("a line of the header ", result.Text);
        }
    }

    [Fact]
    public async Task So_does_a_name_that_no_line_can_hold()
    {
        string name = new('a', 998);
        await AssertChange(s_simple, "Date: ", name + ":\r\nDate: ", isRight: true);
        string longer = $"a{name}:\r\nDate: ";
        DkimResult result = await VerifyOne(s_simple.Replace("Date: ", longer, StringComparison.Ordinal));
        Assert.Equal(AuthResult.PermError, result.Result);
    }

    // They are left out where the message is stored.
    [Theory]
    [InlineData("From joe@example.org Sun Nov 29 11:59:00 2026\r\n", true)]
    [InlineData(">From joe@example.org Sun Nov 29 11:59:00 2026\r\nFrom joe\r\n more\r\n", true)]
    [InlineData(" \r\n\tblanks: in front\r\n", true)]
    [InlineData("Form joe\r\n", false)]
    public async Task Lines_of_a_mailbox_file_in_front_do_no_harm(string line, bool isRight)
        => Assert.Equal(isRight, (await VerifyOne(line + s_simple)).Result == AuthResult.Pass);

    [Fact]
    public async Task Fields_of_different_names_may_change_places()
    {
        const string date = "Date: Sun, 29 Nov 2026 11:58:00 +0000\r\n";
        string moved = s_simple.Replace(date, "", StringComparison.Ordinal);
        await AssertChange(moved, "From: ", date + "From: ", isRight: true);
    }

    [Fact]
    public async Task Fields_of_one_name_may_not()
    {
        const string one = "X: 1\r\n", two = "X: 2\r\n";
        string signed = PlainSigner.Sign(one + two + Message, "h=X:X:From; " + Simple.Replace(" h=", " y=",
            StringComparison.Ordinal), Rsa);
        await AssertChange(signed, one + two, one + two, isRight: true);
        await AssertChange(signed, one + two, two + one, isRight: false);
    }

    [Theory]
    [InlineData("\xe4\xff text in Latin-1\r\n")]
    [InlineData("\0 octets of any kind \x7f\x80\r\r\n\x1a")]
    [InlineData("")]
    [InlineData("\r\n\r\n\r\n")]
    [InlineData("no end")]
    [InlineData("   ")]
    public async Task Any_octets_can_be_signed(string body)
    {
        string message = "From: J\xf6rg <a@example.org>\r\nSubject: \xc3\xa4\xff\r\nTo:\r\nDate: \r\n \t\r\n\r\n"
            + body;
        foreach (string tags in new[] { Simple, Relaxed.Replace("ed25519", "rsa", StringComparison.Ordinal)
            .Replace("s=ed", "s=sel", StringComparison.Ordinal) })
        {
            byte[] signed = Passing.Octets(PlainSigner.Sign(message, tags, Rsa));
            foreach (int size in Passing.Sizes)
                Assert.Equal(AuthResult.Pass, Assert.Single(await Verify(signed, Keys, size)).Result);
        }
    }

    [Fact]
    public async Task Cut_anywhere_a_message_is_the_same()
    {
        IDns dns = Keys;
        byte[] octets = Passing.Octets(s_relaxed);
        for (int cut = 0; cut <= octets.Length; cut++)
        {
            var verification = new MailModule.Authentication.Dkim.DkimVerification(new SetTime(Now));
            var pass = new MessagePass(verification);
            pass.Append(octets.AsSpan(0, cut));
            pass.Append(octets.AsSpan(cut));
            pass.End();
            verification.BeginLookUps(dns, CancellationToken.None);
            Assert.Equal(AuthResult.Pass, Assert.Single(await verification.Complete()).Result);
        }
    }

    [Fact]
    public async Task The_beginning_of_a_message_proves_nothing_until_its_text_is_there()
    {
        IDns dns = Keys;
        byte[] octets = Passing.Octets(s_simple);
        int enough = s_simple.LastIndexOf("\r\n\r\n\r\n", StringComparison.Ordinal);
        for (int length = 0; length < octets.Length; length++)
        {
            IReadOnlyList<DkimResult> results = await Verify(octets[..length], dns);
            // A CR whose LF is missing is text.
            Assert.Equal(length >= enough && (length - enough) % 2 == 0,
                Assert.Single(results).Result == AuthResult.Pass);
        }
    }

    private static async Task AssertChange(string signed, string from, string to, bool isRight)
    {
        Assert.Contains(from, signed, StringComparison.Ordinal);
        DkimResult result = await VerifyOne(signed.Replace(from, to, StringComparison.Ordinal));
        Assert.Equal(isRight ? AuthResult.Pass : AuthResult.Fail, result.Result);
    }

    /// <summary>A flipped bit with which the message is still right.</summary>
    /// <param name="IsInSignature">In b=, and its octets are the same.</param>
    private sealed record Flip(int At, char Before, char After, bool IsInName, bool IsInSignature);

    private static async Task<List<Flip>> UnnoticedFlips(string signed)
    {
        IDns dns = Keys;
        Assert.Equal(AuthResult.Pass, (await VerifyOne(signed, dns)).Result);
        byte[] octets = Passing.Octets(signed);
        var unnoticed = new List<Flip>();
        for (int bit = 0; bit < 8 * octets.Length; bit++)
        {
            int at = bit / 8;
            byte before = octets[at];
            octets[at] ^= (byte)(1 << (bit % 8));
            if ((await Verify(octets, dns))[0].Result == AuthResult.Pass)
                unnoticed.Add(new Flip(at, (char)before, (char)octets[at], IsInName(signed, at),
                    IsInSignature(signed, at)
                        && SignatureOf(signed) == SignatureOf(Encoding.Latin1.GetString(octets))));
            octets[at] = before;
        }
        return unnoticed;
    }

    private static bool IsInSignature(string text, int at)
        => at > text.IndexOf(" b=", StringComparison.Ordinal)
            && at < text.IndexOf("Received: ", StringComparison.Ordinal);

    private static string SignatureOf(string text)
    {
        string encoded = text[(text.IndexOf(" b=", StringComparison.Ordinal) + 3)..].Split('\n')[0].Trim();
        byte[] octets = new byte[1024];
        return Convert.TryFromBase64String(encoded, octets, out int length)
            ? Convert.ToHexString(octets.AsSpan(0, length)) : encoded;
    }

    private static bool IsInName(string text, int at)
    {
        int line = text.LastIndexOf('\n', at) + 1;
        return text[line] is not (' ' or '\t') && at < text.IndexOf(':', line)
            && at < text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
    }
}
