using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Tests.Support;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>Messages that are made to cost much: each is judged in a time that does not depend on its maker.</summary>
[Collection(AloneCollection.Name)]
public class HostileTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Ten_thousand_signatures() => await AssertBounded(
        Repeat(10_000, i => $"DKIM-Signature: v=1; a=rsa-sha256; d=d{i}.example; s=s; h=From; bh=AAAA; b=AAAA\r\n")
            + Message);

    [Fact]
    public async Task A_hundred_thousand_names() => await AssertBounded(
        Signature("From" + Repeat(100_000, _ => ":X")) + Message);

    [Fact]
    public async Task As_many_names_as_may_be_and_a_field_for_each_in_each_signature() => await AssertBounded(
        Repeat(10, _ => Signature("From" + Repeat(SignatureReader.NameLimit - 1, _ => ":X")))
            + Repeat(9_000, i => "X:\r\n") + Message);

    [Fact]
    public async Task Long_fields_in_each_signature() => await AssertBounded(
        Repeat(10, _ => Signature("From:X")) + "X: " + new string('a', 500_000) + "\r\n" + Message);

    [Fact]
    public async Task A_header_of_megabytes() => await AssertBounded(
        Signature("From") + Repeat(100_000, i => $"X-{i}: {new string('b', 60)}\r\n") + Message);

    [Fact]
    public async Task A_line_of_megabytes()
        => await AssertBounded(Signature("From") + new string(' ', 8_000_000) + Message);

    [Fact]
    public async Task A_signature_of_many_tags() => await AssertBounded(
        "DKIM-Signature: " + Repeat(60_000, i => $"t{i}=x;") + "\r\n" + Message);

    [Fact]
    public async Task Signatures_with_a_long_beginning_in_common() => await AssertBounded(
        Repeat(10, i => $"DKIM-Signature: v=1; b={new string('A', 50_000)}{i}\r\n") + Message);

    [Theory]
    [InlineData(" \t")]
    [InlineData("a\t")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("a  ")]
    [InlineData(" \r\n")]
    public async Task A_body_of_odd_white_space(string piece) => await AssertBounded(
        Repeat(10, i => Signature($"From; l={i * 1000}")) + Message + Repeat(1_000_000, _ => piece));

    [Fact]
    public async Task Garbage_in_place_of_a_signature_is_no_exception()
    {
        var random = new Random(6376);
        string[] pieces =
        [
            "v=1", "a=rsa-sha256", "c=relaxed/relaxed", "d=example.org", "s=sel", "h=From", "bh=", "b=", ";", " ",
            "\r\n ", "=", ":", "i=@", "l=", "t=", "x=", "9", "\xff", "\xc3\xa4", "q=dns/txt", "AAAA", "@", ".", "\\",
            "\t",
        ];
        for (int round = 0; round < 5_000; round++)
        {
            string value = string.Concat(random.GetItems(pieces, random.Next(30)));
            DkimResult result = await VerifyOne($"DKIM-Signature: {value}\r\n{Message}");
            Assert.NotEqual(AuthResult.Pass, result.Result);
            Assert.NotEqual(AuthResult.None, result.Result);
            Assert.NotEqual("", result.Text);
        }
    }

    private static string Signature(string names)
        => $"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=sel; h={names};"
            + $" bh={PlainSigner.Hash("Hello Sue,\r\n\r\nhow are you?\r\n")}; b=AAAA\r\n";

    private static string Repeat(int times, Func<int, string> piece)
        => new StringBuilder().AppendJoin("", Enumerable.Range(0, times).Select(piece)).ToString();

    private static async Task AssertBounded(string message)
    {
        byte[] octets = Passing.Octets(message);
        foreach (int size in new[] { int.MaxValue, 4096 })
        {
            long start = TimeProvider.System.GetTimestamp();
            IReadOnlyList<DkimResult> results = await Verify(octets, Keys, size);
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, s_limit);
            Assert.InRange(results.Count, 1, DkimVerification.SignatureLimit);
            Assert.All(results, result => Assert.NotEqual(AuthResult.Pass, result.Result));
        }
    }
}
