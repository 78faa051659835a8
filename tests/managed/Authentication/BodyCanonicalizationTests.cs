using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MailModule.Authentication;

namespace MailModule.Tests.Authentication;

public class BodyCanonicalizationTests
{
    [Theory]
    [InlineData("", "\r\n", "")]
    [InlineData("\r\n", "\r\n", "")]
    [InlineData("\n\n\r\n", "\r\n", "")]
    [InlineData("a", "a\r\n", "a\r\n")]
    [InlineData("a\r\n\r\n\r\n", "a\r\n", "a\r\n")]
    [InlineData("a\nb\n", "a\r\nb\r\n", "a\r\nb\r\n")]
    [InlineData("\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n")]
    [InlineData("a \t b\t\r\n", "a \t b\t\r\n", "a b\r\n")]
    [InlineData("a \tb c  d\r\n", "a \tb c  d\r\n", "a b c d\r\n")]
    [InlineData(" a\r\n", " a\r\n", " a\r\n")]
    [InlineData("\t a", "\t a\r\n", " a\r\n")]
    [InlineData("a\r\n \r\n\t\r\n", "a\r\n \r\n\t\r\n", "a\r\n")]
    [InlineData("a\r\n ", "a\r\n \r\n", "a\r\n")]
    [InlineData("   ", "   \r\n", "")]
    [InlineData("a \rb\r\r\nc\r", "a \rb\r\r\nc\r\r\n", "a \rb\r\r\nc\r\r\n")]
    [InlineData("a\r", "a\r\r\n", "a\r\r\n")]
    [InlineData("\xe4  \xff\r\n", "\xe4  \xff\r\n", "\xe4 \xff\r\n")]
    // RFC 6376 §3.4.5
    [InlineData(" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n")]
    public void A_body_has_two_canonical_forms_whatever_the_cuts(string body, string simple, string relaxed)
    {
        foreach (int size in Passing.Sizes)
        {
            Assert.Equal(simple, Canonical(Canonicalization.Simple, body, size));
            Assert.Equal(relaxed, Canonical(Canonicalization.Relaxed, body, size));
        }
    }

    [Fact]
    public void Any_body_has_the_form_that_a_plain_reading_of_the_rules_gives()
    {
        var random = new Random(6376);
        for (int round = 0; round < 3000; round++)
        {
            var text = new StringBuilder();
            for (int length = random.Next(40); length > 0; length--)
                text.Append(random.Next(7) switch
                {
                    0 or 1 => "\r\n",
                    2 => " ",
                    3 => "\t",
                    4 => "\r",
                    5 => "x",
                    _ => "yz",
                });
            string body = text.ToString(), lines = body.Replace("\r\n", "\n", StringComparison.Ordinal);
            int size = 1 + random.Next(9);
            Assert.Equal(PlainSimple(lines), Canonical(Canonicalization.Simple, body, size));
            Assert.Equal(PlainRelaxed(lines), Canonical(Canonicalization.Relaxed, body, size));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(9999)]
    public void A_hash_of_the_beginning_is_taken_on_the_way(int limit)
    {
        byte[] body = Passing.Octets(string.Concat(Enumerable.Repeat("some text\r\n", 1000)));
        foreach (int size in new[] { 1, 1000, int.MaxValue })
        {
            var asked = new Asking([limit, -1, 20_000, limit]);
            Passing.Pass([.. "A: b\r\n\r\n"u8, .. body], size, asked);
            Assert.Equal(SHA256.HashData(body.AsSpan(0, limit)), asked.Hashes[0].Value);
            Assert.Equal(SHA256.HashData(body), asked.Hashes[1].Value);
            Assert.True(asked.Hashes[2].Value.IsEmpty);
            Assert.Same(asked.Hashes[0], asked.Hashes[3]);
            Assert.All(asked.Hashes, hash => Assert.Equal(body.Length, hash.BodyLength));
        }
    }

    [Fact]
    public void A_body_without_text_is_hashed_as_RFC_6376_says()
    {
        foreach (string message in new[] { "A: b\r\n\r\n", "A: b\r\n", "A: b", "", "\r\n", "A: b\n\n\n\r\n" })
        {
            var simple = new Asking([-1]);
            var relaxed = new Asking([-1], Canonicalization.Relaxed);
            Passing.Pass(Passing.Octets(message), 1, simple, relaxed);
            // RFC 6376 §3.4.3, §3.4.4
            Assert.Equal("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=",
                Convert.ToBase64String(simple.Hashes[0].Value));
            Assert.Equal("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                Convert.ToBase64String(relaxed.Hashes[0].Value));
        }
    }

    private static string Canonical(Canonicalization form, string body, int size)
    {
        var output = new Gathering();
        var canonical = new BodyCanonicalization(form);
        byte[] octets = Passing.Octets(body);
        for (int at = 0; at < octets.Length; at += Math.Min(size, octets.Length - at))
            canonical.Append(octets.AsSpan(at, Math.Min(size, octets.Length - at)), output);
        canonical.End(output);
        return output.Text.ToString();
    }

    private static string PlainSimple(string lines)
        => lines.TrimEnd('\n').Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n";

    private static string PlainRelaxed(string lines)
    {
        string blanks = Regex.Replace(lines, "[ \t]+", " ");
        string text = Regex.Replace(blanks, "(?: ?\n)+", ends => new string('\n', ends.Value.Count(c => c == '\n')));
        text = text.TrimEnd(' ', '\n');
        return text.Length == 0 ? "" : text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n";
    }

    private sealed class Gathering : ICanonicalOutput
    {
        public StringBuilder Text { get; } = new();

        public void Write(ReadOnlySpan<byte> octets) => Text.Append(Encoding.Latin1.GetString(octets));
    }

    private sealed class Asking(long[] limits, Canonicalization form = Canonicalization.Simple) : IMessageWatcher
    {
        public List<BodyHash> Hashes { get; } = [];

        public void HeaderEnded(HeaderSection header, BodyHashes hashes)
            => Hashes.AddRange(limits.Select(limit => hashes.Add(form, limit)));
    }
}
