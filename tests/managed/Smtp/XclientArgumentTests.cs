using System.Net;
using System.Text;
using MailModule.Smtp;

namespace MailModule.Tests.Smtp;

/// <summary>What XCLIENT says.</summary>
public class XclientArgumentTests
{
    private const string Whole = "NAME=client.example ADDR=192.0.2.1 PORT=40000 PROTO=ESMTP HELO=a+2Bb LOGIN=ann "
        + "DESTADDR=IPV6:2001:db8::25 DESTPORT=25";

    [Fact]
    public void Every_attribute_is_read()
    {
        XclientArgument read = Read(Whole)!;
        Assert.Equal(("client.example", "192.0.2.1", 40000, true, "a+b", "ann", "2001:db8::25", 25),
            (read.Name, read.Address?.ToString(), read.Port, read.IsExtended, read.Helo, read.Login,
                read.ServerAddress?.ToString(), read.ServerPort));
    }

    [Fact]
    public void What_is_not_given_is_not_changed_and_what_is_not_available_is_empty()
    {
        XclientArgument none = Read("PROTO=SMTP")!;
        Assert.Equal((null, null, null, false, null, null), (none.Name, none.Address, none.Port, none.IsExtended,
            none.Helo, none.Login));
        XclientArgument empty = Read("name=[TempUnavail] addr=[Unavailable] port=[UNAVAILABLE] login=[UNAVAILABLE]")!;
        Assert.Equal(("", XclientArgument.Unknown, 0, ""), (empty.Name, empty.Address, empty.Port, empty.Login));
    }

    [Theory]
    [InlineData("192.0.2.9:5", null, null, "192.0.2.9:5")]
    [InlineData("192.0.2.9:5", "192.0.2.1", null, "192.0.2.1:0")]
    [InlineData("192.0.2.9:5", "192.0.2.1", 7, "192.0.2.1:7")]
    [InlineData("192.0.2.9:5", null, 7, "192.0.2.9:7")]
    [InlineData("192.0.2.9:5", "0.0.0.0", 7, null)]
    [InlineData(null, null, 7, null)]
    [InlineData(null, "192.0.2.1", 7, "192.0.2.1:7")]
    public void Address_and_port_take_the_place_of_those_before(
        string? before, string? address, int? port, string? then)
        => Assert.Equal(then, XclientArgument.Over(
            before is null ? null : IPEndPoint.Parse(before), address is null ? null : IPAddress.Parse(address),
            port)?.ToString());

    [Theory]
    [InlineData("ADDR=IPV6:::1", "::1")]
    [InlineData("ADDR=ipv6:::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("  ADDR=192.0.2.1  ", "192.0.2.1")]
    public void Addresses_have_several_forms(string text, string address)
        => Assert.Equal(address, Read(text)!.Address!.ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("NAME")]
    [InlineData("NAME=")]
    [InlineData("=x")]
    [InlineData("OTHER=x")]
    [InlineData("ADDR=192.0.2")]
    [InlineData("ADDR=192.0.2.01")]
    [InlineData("ADDR=[192.0.2.1]")]
    [InlineData("ADDR=2001:db8::1")]
    [InlineData("ADDR=IPV6:192.0.2.1")]
    [InlineData("ADDR=IPV6:fe80::1%1")]
    [InlineData("ADDR=0x7f000001")]
    [InlineData("ADDR=client.example")]
    [InlineData("ADDR=192.0.2.1 ADDR=192.0.2.2")]
    [InlineData("ADDR=192.0.2.1 addr=192.0.2.1")]
    [InlineData("PORT=65536")]
    [InlineData("PORT=-1")]
    [InlineData("PORT=x")]
    [InlineData("PROTO=HTTP")]
    [InlineData("PROTO=[UNAVAILABLE]")]
    [InlineData("HELO=a+0D+0Ab")]
    [InlineData("HELO=a+00")]
    [InlineData("HELO=a+C3")]
    [InlineData("HELO=a+2")]
    [InlineData("HELO=a+2b")]
    [InlineData("NAME=a+20b")]
    [InlineData("NAME=a=b")]
    public void What_is_malformed_is_refused_whole(string text) => Assert.Null(Read(text));

    [Fact]
    public void Texts_have_255_octets_at_most()
    {
        Assert.NotNull(Read("HELO=" + new string('x', 255)));
        Assert.Null(Read("HELO=" + new string('x', 256)));
        Assert.Null(Read("HELO=" + string.Concat(Enumerable.Repeat("+C3+BC", 128))));
    }

    [Fact]
    public void Whatever_comes_is_read_without_a_fault()
    {
        byte[] octets = Encoding.ASCII.GetBytes(Whole);
        for (int i = 0; i <= octets.Length; i++)
            _ = XclientArgument.TryParse(octets.AsSpan(0, i), out _);
        for (int i = 0; i < octets.Length; i++)
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. octets];
                changed[i] = (byte)value;
                _ = XclientArgument.TryParse(changed, out _);
            }
    }

    private static XclientArgument? Read(string text)
        => XclientArgument.TryParse(Encoding.ASCII.GetBytes(text), out XclientArgument parsed) ? parsed : null;
}
