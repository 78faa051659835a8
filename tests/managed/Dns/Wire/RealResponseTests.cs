using MailModule.Dns;
using MailModule.Dns.Wire;
using MailModule.Tests.Support;

namespace MailModule.Tests.Dns.Wire;

/// <summary>Responses that real servers sent (responses.txt): whole, cut anywhere, and changed anywhere.</summary>
public class RealResponseTests
{
    private const ushort Id = 0x1234;

    private static readonly (string Server, Question Asked, byte[] Octets)[] Responses = [.. ReadResponses()];

    [Fact]
    public void All_are_read()
    {
        Assert.Equal(35, Responses.Length);
        Assert.All(Responses, response
            => Assert.Equal(ResponseMatch.Matches, ResponseReader.Read(response.Octets, response.Asked, out _)));
    }

    [Theory]
    [InlineData("nsd")]
    [InlineData("unbound")]
    public void They_say_what_their_zone_says(string server)
    {
        Assert.Equal(["10 mx1.example.org", "10 mx2.example.org", "20 mx3.example.net"],
            Of(server, "example.org", DnsType.Mx).Answers.Select(answer => (MxRecord)answer.Record)
                .Select(mx => $"{mx.Preference} {mx.Exchange}").Order());
        Assert.Equal("v=spf1 -alland more",
            ((TxtRecord)Of(server, "txt.example.org", DnsType.Txt).Answers[0].Record).Text);
        Assert.Equal(["alias2.example.org", "mx1.example.org"],
            Of(server, "alias.example.org", DnsType.A).Answers.Select(answer => answer.Record).OfType<NameRecord>()
            .Select(link => link.Target));
        Assert.Equal("mx1.example.org",
            ((NameRecord)Of(server, "1.2.0.192.in-addr.arpa", DnsType.Ptr).Answers[0].Record).Target);
        Assert.Equal(32,
            ((TlsaRecord)Of(server, "_25._tcp.mx1.example.org", DnsType.Tlsa).Answers[0].Record).Data.Length);
        Response nothing = Of(server, "nothere.example.org", DnsType.Mx);
        Assert.Equal((Rcode.NameError, "example.org", TimeSpan.FromSeconds(300)),
            (nothing.Rcode, nothing.Authority!.Zone, nothing.Authority.NegativeTimeToLive));
        Assert.True(Of(server, "big.example.org", DnsType.Txt).IsTruncated);
    }

    [Fact]
    public void No_prefix_is_taken_for_the_whole()
    {
        foreach (var (_, asked, octets) in Responses)
        {
            // After the last answer only OPT may be missing; a truncated response may end anywhere.
            bool isTruncated = (octets[2] & 2) != 0;
            for (int length = 0; length < octets.Length; length++)
            {
                ResponseMatch match = ResponseReader.Read(octets.AsSpan(0, length), asked, out Response? response);
                Assert.True(match != ResponseMatch.Matches
                    || (isTruncated && length >= ResponseBuilder.QuestionEnd(octets)));
                Assert.Equal(match == ResponseMatch.Matches, response is not null);
            }
        }
    }

    [Fact]
    public void Changed_responses_are_read_or_refused_and_never_give_other_names()
    {
        var random = new Random(20261121);
        foreach (var (_, asked, octets) in Responses)
            for (int round = 0; round < 400; round++)
            {
                byte[] changed = [.. octets];
                for (int i = random.Next(1, 5); i > 0; i--)
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                if (ResponseReader.Read(changed, asked, out Response? response) == ResponseMatch.Matches)
                    Assert.All(response!.Answers, answer => AssertNormal(answer.Record.Name));
            }
    }

    [Fact]
    public void Garbage_behind_a_right_question_is_read_or_refused()
    {
        var random = new Random(7);
        int malformed = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] garbage = new byte[random.Next(200)];
            random.NextBytes(garbage);
            var builder = new ResponseBuilder(Id, "example.org", DnsType.Mx).Raw(garbage);
            for (int count = 7; count <= 11; count += 2)
                builder.With(count, (byte)random.Next(4));
            var match = ResponseReader.Read(builder.Octets, new Question(Id, "example.org", DnsType.Mx), out _);
            malformed += match == ResponseMatch.Malformed ? 1 : 0;
        }
        Assert.InRange(malformed, 15_000, 20_000);
    }

    [Fact]
    public void Garbage_alone_is_not_ours()
    {
        var random = new Random(8);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] garbage = new byte[random.Next(100)];
            random.NextBytes(garbage);
            Assert.Equal(ResponseMatch.Mismatched,
                ResponseReader.Read(garbage, new Question(Id, "example.org", DnsType.Mx), out _));
        }
    }

    private static void AssertNormal(string name)
    {
        Assert.True(DnsName.TryNormalize(name.Length == 0 ? "." : name, out string normal));
        Assert.Equal(normal, name);
    }

    private static Response Of(string server, string name, DnsType type)
    {
        var (_, asked, octets) =
            Responses.Single(response => response.Server == server && response.Asked.Name == name
                && response.Asked.Type == type);
        Assert.Equal(ResponseMatch.Matches, ResponseReader.Read(octets, asked, out Response? read));
        return read!;
    }

    private static IEnumerable<(string, Question, byte[])> ReadResponses()
        => from line in File.ReadLines(Repository.In("tests", "managed", "Dns", "Wire", "responses.txt"))
           where !line.StartsWith('#')
           let words = line.Split(' ')
           select (words[0], new Question(Id, words[1], Enum.Parse<DnsType>(words[2], ignoreCase: true)),
               Convert.FromHexString(words[3]));
}
