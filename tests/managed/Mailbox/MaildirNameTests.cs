using System.Text;
using MailModule.Mailbox;

namespace MailModule.Tests.Mailbox;

public class MaildirNameTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void A_name_has_time_id_host_and_both_sizes()
    {
        Assert.Equal("1700000000.abc123.host.example,S=10,W=12", Write("abc123", "host.example", out int unique));
        Assert.Equal("1700000000.abc123.host.example".Length, unique);
    }

    [Theory]
    [InlineData("a/b:c,d", "a\\057b\\072c\\054d")]
    [InlineData("", "localhost")]
    [InlineData("a b", "a\\040b")]
    public void A_host_is_escaped(string host, string expected)
        => Assert.Equal(expected, Encoding.ASCII.GetString(MaildirName.EscapeHost(host)));

    [Fact]
    public void The_unique_part_is_at_most_70_octets()
    {
        Write(new string('a', 24), new string('h', 200), out int unique);
        Assert.Equal(70, unique);
    }

    [Theory]
    [InlineData("1.a.h,S=1,W=2", 2)]
    [InlineData("1.a.h,S=1,W=2:2,S", 2)]
    [InlineData("1.a.h,W=77,S=1", 77)]
    [InlineData("1.a.h,S=1", -1)]
    [InlineData("1.a.h,W=", -1)]
    [InlineData("1.a.h,W=-5", -1)]
    [InlineData("1.a.h,W=5x", -1)]
    [InlineData("1.a.h,W=99999999999999999999999", -1)]
    public void The_wire_size_is_read_from_a_name(string name, long expected)
        => Assert.Equal(expected, MaildirName.WireLength(Encoding.ASCII.GetBytes(name)));

    [Theory]
    [InlineData("1.a.h,S=1,W=2", "1.a.h,S=10,W=12")]
    [InlineData("1.a.h,S=1,W=2:2,RS", "1.a.h,S=10,W=12:2,RS")]
    [InlineData("1.a.h,U=7,W=2,X,S=1,S=3:2,", "1.a.h,S=10,W=12,U=7,X:2,")]
    [InlineData("1.a.h:2,S=5", "1.a.h,S=10,W=12:2,S=5")]
    [InlineData("", ",S=10,W=12")]
    public void A_name_gets_other_sizes_and_keeps_the_rest(string name, string expected)
        => Assert.Equal(expected, Encoding.ASCII.GetString(MaildirName.WithSizes(
            new byte[name.Length + MaildirName.SizesRoom], Encoding.ASCII.GetBytes(name), new MessageSize(10, 12))));

    [Theory]
    [InlineData("1.a.h,S=10,W=12", false)]
    [InlineData("1.a.h,S=10", false)]
    [InlineData("1.a.h", false)]
    [InlineData("1.a.h,S=11,W=12", true)]
    [InlineData("1.a.h,S=10,W=13:2,", true)]
    [InlineData("1.a.h,W=13", true)]
    public void A_name_tells_other_sizes_where_one_of_them_is_another(string name, bool tellsOther)
        => Assert.Equal(tellsOther, MaildirName.TellsOther(Encoding.ASCII.GetBytes(name), new MessageSize(10, 12)));

    [Theory]
    [InlineData("1.a.h,S=1:2,S", "1.a.h")]
    [InlineData("1.a.h:2,S", "1.a.h")]
    [InlineData("1.a.h", "1.a.h")]
    [InlineData("", "")]
    public void The_unique_part_ends_at_comma_or_colon(string name, string expected)
        => Assert.Equal(expected.Length, MaildirName.UniqueLength(Encoding.ASCII.GetBytes(name)));

    [Fact]
    public void A_unique_id_that_pop3_forbids_becomes_a_digest()
    {
        Span<byte> id = stackalloc byte[70];
        Assert.Equal(64, MaildirName.WriteUniqueId("with blank"u8, id));
        Assert.Equal(64, MaildirName.WriteUniqueId(Encoding.ASCII.GetBytes(new string('x', 71)), id));
        Assert.Equal(64, MaildirName.WriteUniqueId(default, id));
        Assert.Equal(70, MaildirName.WriteUniqueId(Encoding.ASCII.GetBytes(new string('x', 70)), id));
    }

    [Theory]
    [InlineData("1700000000.abc.host", "abc")]
    [InlineData("1700000000.abc", "1700000000.abc")]
    [InlineData("plain", "plain")]
    public void The_id_stands_between_the_first_dots(string unique, string expected)
        => Assert.Equal(expected, Encoding.ASCII.GetString(MaildirName.Id(Encoding.ASCII.GetBytes(unique))));

    private static string Write(string id, string host, out int unique)
    {
        Span<byte> room = stackalloc byte[MaildirName.Room];
        return Encoding.ASCII.GetString(
            MaildirName.Write(room, Time, id, MaildirName.EscapeHost(host), 10, 12, out unique));
    }
}
