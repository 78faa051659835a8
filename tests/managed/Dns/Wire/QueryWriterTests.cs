using MailModule.Dns;
using MailModule.Dns.Wire;

namespace MailModule.Tests.Dns.Wire;

public class QueryWriterTests
{
    private const string Plain =
        "1234" + "0120" + "0001" + "0000" + "0000" + "0000" + "076578616D706C65036F726700" + "000F" + "0001";

    [Fact]
    public void A_query_is_a_header_and_a_question()
        => Assert.Equal(Plain, Hex(new Question(0x1234, "example.org", DnsType.Mx), withEdns: false));

    [Fact]
    public void Edns_adds_an_opt_record_that_offers_1232_octets()
    {
        string withOpt = Plain.Remove(20, 4).Insert(20, "0001") + "00" + "0029" + "04D0" + "00000000" + "0000";
        Assert.Equal(withOpt, Hex(new Question(0x1234, "example.org", DnsType.Mx), withEdns: true));
    }

    [Fact]
    public void The_root_can_be_asked_for()
        => Assert.Equal("00FF0120000100000000000000001C0001",
            Hex(new Question(0xff, "", DnsType.Aaaa), withEdns: false));

    [Fact]
    public void The_longest_name_fits()
    {
        string label = new('a', 63);
        var question = new Question(1, $"{label}.{label}.{label}.{new string('b', 61)}", DnsType.A);
        Assert.Equal(QueryWriter.MaxLength * 2, Hex(question, withEdns: true).Length);
    }

    private static string Hex(Question question, bool withEdns)
    {
        byte[] query = new byte[QueryWriter.MaxLength];
        Array.Fill(query, (byte)0xee);
        return Convert.ToHexString(query, 0, QueryWriter.Write(question, withEdns, query));
    }
}
