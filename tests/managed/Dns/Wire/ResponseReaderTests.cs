using System.Net;
using MailModule.Dns;
using MailModule.Dns.Wire;

namespace MailModule.Tests.Dns.Wire;

public class ResponseReaderTests
{
    private const ushort Id = 0x1234;
    private const string Domain = "example.org";

    private static readonly Question Asked = new(Id, Domain, DnsType.A);

    [Fact]
    public void An_answer_has_its_records_in_order()
    {
        Response response = Read(Right().Cname("alias.example.org", Domain).A(Domain, "192.0.2.1", 300)
            .A("EXAMPLE.org", "192.0.2.2", 301));
        Assert.Equal(Rcode.NoError, response.Rcode);
        Assert.Equal([DnsType.Cname, DnsType.A, DnsType.A], response.Answers.Select(answer => answer.Type));
        Assert.Equal(new AddressRecord(Domain, TimeSpan.FromSeconds(301), IPAddress.Parse("192.0.2.2")),
            response.Answers[2].Record);
    }

    [Fact]
    public void Each_type_is_read()
    {
        Response response = Read(Right()
            .Answer(Domain, DnsType.Aaaa, IPAddress.Parse("2001:db8::1").GetAddressBytes())
            .Mx(Domain, 513, "MX.example.org")
            .Answer(Domain, DnsType.Txt, [3, (byte)'a', (byte)'b', 0xe9, 0, 1, (byte)'c'])
            .Answer(Domain, DnsType.Ptr, ResponseBuilder.Name("host.example.org"))
            .Answer(Domain, DnsType.Tlsa, [3, 1, 2, 0xaa, 0xbb])
            .Answer(Domain, DnsType.Soa, ResponseBuilder.Soa(77)));
        DnsRecord[] records = [.. response.Answers.Select(answer => answer.Record)];
        TimeSpan life = TimeSpan.FromSeconds(60);
        Assert.Equal(new AddressRecord(Domain, life, IPAddress.Parse("2001:db8::1")), records[0]);
        Assert.Equal(new MxRecord(Domain, life, 513, "mx.example.org"), records[1]);
        Assert.Equal(new TxtRecord(Domain, life, "abéc"), records[2]);
        Assert.Equal(new NameRecord(Domain, life, "host.example.org"), records[3]);
        var tlsa = Assert.IsType<TlsaRecord>(records[4]);
        Assert.Equal((3, 1, 2, "AABB"), (tlsa.Usage, tlsa.Selector, tlsa.MatchingType, Convert.ToHexString(tlsa.Data)));
        Assert.Equal(new SoaRecord(Domain, life, "ns.example.org", TimeSpan.FromSeconds(77)), records[5]);
    }

    [Fact]
    public void The_root_as_mail_exchanger_is_an_empty_name()
        => Assert.Equal("", ((MxRecord)Read(Right().Mx(Domain, 0, ".")).Answers[0].Record).Exchange);

    [Fact]
    public void Unknown_types_and_other_classes_are_left_out()
    {
        Response response = Read(Right().Answer(Domain, (DnsType)99, [1, 2, 3])
            .Record(7, ResponseBuilder.Name(Domain), 1, 3, 60, [1, 2, 3]).A(Domain, "192.0.2.1"));
        Assert.Single(response.Answers);
    }

    [Fact]
    public void Records_of_the_other_sections_are_not_taken_for_answers()
    {
        Response response = Read(Right().Record(9, ResponseBuilder.Name(Domain), 1, 1, 60, [192, 0, 2, 1])
            .Record(11, ResponseBuilder.Name(Domain), 1, 1, 60, [192, 0, 2, 1]));
        Assert.Empty(response.Answers);
    }

    [Fact]
    public void A_negative_answer_may_be_kept_for_the_lesser_of_two_times()
    {
        Assert.Equal(new AuthorityZone(Domain, TimeSpan.FromSeconds(300)),
            Read(Right().Authority(Domain, 300, timeToLive: 900)).Authority);
        Assert.Equal(new AuthorityZone(Domain, TimeSpan.FromSeconds(30)),
            Read(Right().Authority(Domain, 300, timeToLive: 30)).Authority);
    }

    [Fact]
    public void A_time_to_live_with_the_highest_bit_is_none()
        => Assert.Equal(TimeSpan.Zero, Read(Right().A(Domain, "192.0.2.1", -5)).Answers[0].Record.TimeToLive);

    [Fact]
    public void Edns_gives_the_code_eight_more_bits() => Assert.Equal(Rcode.BadVersion, Read(Right().Opt(1)).Rcode);

    [Theory]
    [InlineData(2, 0x85, 3, 0x00, true)]
    [InlineData(2, 0x81, 3, 0x80, true)]
    [InlineData(2, 0x81, 3, 0x00, false)]
    public void Aa_or_ra_tells_a_server_that_can_know(int flags, byte value, int more, byte other, bool isEither)
        => Assert.Equal(isEither, Read(Right().With(flags, value).With(more, other)).IsAuthoritativeOrRecursive);

    [Fact]
    public void A_truncated_response_need_not_be_whole()
    {
        Response response = Read(Right().A(Domain, "192.0.2.1").Truncated().Raw(1, 2, 3).With(7, 9));
        Assert.True(response.IsTruncated);
        Assert.Empty(response.Answers);
    }

    [Fact]
    public void Another_id_name_type_class_or_kind_of_message_does_not_match()
    {
        AssertMismatched(new ResponseBuilder(Id + 1, Domain, DnsType.A));
        AssertMismatched(new ResponseBuilder(Id, "example.net", DnsType.A));
        AssertMismatched(new ResponseBuilder(Id, Domain, DnsType.Aaaa));
        int end = Right().Octets.Length;
        AssertMismatched(Right().With(end - 1, 3));
        AssertMismatched(Right().With(2, 0x01));
        AssertMismatched(Right().With(2, 0xa8));
        AssertMismatched(Right().With(5, 2).Raw([.. ResponseBuilder.Name(Domain), 0, 1, 0, 1]));
    }

    [Fact]
    public void The_name_may_come_back_in_other_letters()
        => Assert.Equal(ResponseMatch.Matches, Match(new ResponseBuilder(Id, "eXaMpLe.ORG", DnsType.A)));

    [Fact]
    public void A_header_alone_is_a_response_only_from_a_server_that_does_not_understand()
    {
        byte[] header = Right().Octets[..12];
        header[5] = 0;
        (int Rcode, ResponseMatch Match)[] cases =
        [
            (1, ResponseMatch.Matches),
            (4, ResponseMatch.Matches),
            (0, ResponseMatch.Mismatched),
            (2, ResponseMatch.Mismatched),
            (3, ResponseMatch.Mismatched),
            (5, ResponseMatch.Mismatched),
        ];
        foreach (var (code, match) in cases)
        {
            header[3] = (byte)(0x80 | code);
            Assert.Equal(match, ResponseReader.Read(header, Asked, out _));
        }
    }

    [Fact]
    public void Lies_about_counts_and_lengths_are_refused()
    {
        AssertMalformed(Right().A(Domain, "192.0.2.1").With(7, 2));
        AssertMalformed(Right().A(Domain, "192.0.2.1").With(6, 0xff));
        AssertMalformed(Right().A(Domain, "192.0.2.1").With(8, 0xff));
        AssertMalformed(Right().A(Domain, "192.0.2.1").With(11, 1));
        AssertMalformed(Right().Record(7, ResponseBuilder.Name(Domain), 1, 1, 60, [192, 0, 2, 1], length: 5));
        AssertMalformed(Right().Record(7, ResponseBuilder.Name(Domain), 99, 1, 60, [192, 0, 2, 1], length: 500));
        AssertMalformed(Right().Record(11, ResponseBuilder.Name(Domain), 99, 1, 60, [], length: 1));
    }

    [Theory]
    [InlineData(DnsType.A, new byte[] { 1, 2, 3 })]
    [InlineData(DnsType.A, new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(DnsType.Aaaa, new byte[] { 1, 2, 3, 4 })]
    [InlineData(DnsType.Mx, new byte[] { 0, 1 })]
    [InlineData(DnsType.Mx, new byte[] { 0, 1, 2, 65 })]
    [InlineData(DnsType.Mx, new byte[] { 0, 1, 0, 0 })]
    [InlineData(DnsType.Cname, new byte[] { })]
    [InlineData(DnsType.Cname, new byte[] { 1, 65, 0, 1 })]
    [InlineData(DnsType.Ptr, new byte[] { 0xc0, 0xff })]
    [InlineData(DnsType.Txt, new byte[] { })]
    [InlineData(DnsType.Txt, new byte[] { 3, 65, 66 })]
    [InlineData(DnsType.Tlsa, new byte[] { 3, 1, 1 })]
    [InlineData(DnsType.Soa, new byte[] { 0, 0, 1, 2, 3 })]
    internal void Data_that_are_not_what_the_type_asks_for_are_refused(DnsType type, byte[] data)
        => AssertMalformed(Right().Answer(Domain, type, data));

    [Fact]
    public void A_name_in_the_data_ends_with_them()
    {
        // The label would go on into the next record.
        AssertMalformed(Right().Record(7, ResponseBuilder.Name(Domain), (int)DnsType.Cname, 1, 60, [20, .. "abcdef"u8])
            .A(Domain, "192.0.2.1"));
    }

    [Fact]
    public void A_broken_start_of_zone_in_the_authority_section_is_refused()
        => AssertMalformed(Right().Record(9, ResponseBuilder.Name(Domain), (int)DnsType.Soa, 1, 60, [0, 0, 1]));

    [Fact]
    public void The_costliest_response_of_64_KiB_costs_a_few_megabytes()
    {
        // A name as long as names may be, to which each of 4,000 records points.
        string label = new('a', 63);
        byte[] name = ResponseBuilder.Name($"{label}.{label}.{label}.{new string('b', 61)}");
        ResponseBuilder builder = Right();
        int at = builder.Octets.Length + ResponseBuilder.Name(Domain).Length + 10;
        builder.Record(7, ResponseBuilder.Name(Domain), 99, 1, 60, name);
        byte[] record = [0xc0, (byte)at, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
        builder.Raw([.. Enumerable.Repeat(record, 4000).SelectMany(octets => octets)]).With(6, 4001 >> 8)
            .With(7, 4001 & 0xff);
        byte[] message = builder.Octets;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ResponseMatch.Matches, ResponseReader.Read(message, Asked, out Response? response));
        Assert.Equal(4000, response!.Answers.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 16 * 1024 * 1024);
    }

    private static ResponseBuilder Right() => new(Id, Domain, DnsType.A);

    private static Response Read(ResponseBuilder builder)
    {
        Assert.Equal(ResponseMatch.Matches, ResponseReader.Read(builder.Octets, Asked, out Response? response));
        return response!;
    }

    private static ResponseMatch Match(ResponseBuilder builder) => ResponseReader.Read(builder.Octets, Asked, out _);

    private static void AssertMismatched(ResponseBuilder builder)
        => Assert.Equal(ResponseMatch.Mismatched, Match(builder));

    private static void AssertMalformed(ResponseBuilder builder)
        => Assert.Equal(ResponseMatch.Malformed, Match(builder));
}
