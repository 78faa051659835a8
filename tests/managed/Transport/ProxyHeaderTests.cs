using System.Net;
using System.Text;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>What stands in front of a connection that a proxy passes on; sections are those of proxy-protocol.txt.
/// </summary>
public class ProxyHeaderTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 40000 25", "192.0.2.1:40000", "198.51.100.2:25")]
    [InlineData("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535",
        "255.255.255.255:65535", "255.255.255.255:65535")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 0 25", "192.0.2.1:0", "198.51.100.2:25")]
    [InlineData("PROXY TCP6 2001:db8::1 2001:DB8:0:0:0:0:0:2 40000 25", "[2001:db8::1]:40000", "[2001:db8::2]:25")]
    [InlineData("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2", "192.0.2.1:1", "[::1]:2")]
    [InlineData("PROXY UNKNOWN", null, null)]
    [InlineData("PROXY UNKNOWN ffff:f...f:ffff anything, and more 65535", null, null)]
    public void A_line_names_both_ends(string line, string? client, string? server)
    {
        byte[] octets = Encoding.ASCII.GetBytes($"{line}\r\nEHLO x\r\n");
        Assert.Equal(ProxyHeaderState.Complete, ProxyHeader.TryRead(octets, out ProxyHeader header));
        Assert.Equal((line.Length + 2, false, client, server),
            (header.Length, header.IsOfProxy, header.Client?.ToString(), header.Server?.ToString()));
        AssertIncompleteBefore(octets, line.Length + 2);
    }

    [Theory]
    [InlineData("EHLO example.org")]
    [InlineData("PROXY")]
    [InlineData("PROXY ")]
    [InlineData("PROXY UNKNOWNS")]
    [InlineData("proxy TCP4 192.0.2.1 198.51.100.2 40000 25")]
    [InlineData("PROXY tcp4 192.0.2.1 198.51.100.2 40000 25")]
    [InlineData("PROXY UDP4 192.0.2.1 198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 40000")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 40000 25 ")]
    [InlineData("PROXY TCP4  192.0.2.1 198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 192.0.2.1\t198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 192.0.2 198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 192.0.2.01 198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 0xC0.0.2.1 198.51.100.2 40000 25")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 65536 25")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 040 25")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 +40 25")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.2 -1 25")]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 2")]
    [InlineData("PROXY TCP6 192.0.2.1 198.51.100.2 1 2")]
    [InlineData("PROXY TCP6 fe80::1%1 2001:db8::2 1 2")]
    [InlineData("PROXY TCP6 [2001:db8::1] 2001:db8::2 1 2")]
    [InlineData("PROXY TCP6 2001:db8:::1 2001:db8::2 1 2")]
    public void What_is_no_line_is_told_at_once(string line)
        => Assert.Equal(ProxyHeaderState.Malformed, Read(Encoding.ASCII.GetBytes($"{line}\r\n")));

    [Fact]
    public void A_line_has_its_end_within_107_octets_and_it_is_crlf()
    {
        string longest = "PROXY UNKNOWN " + new string('x', 107 - 14 - 2);
        Assert.Equal(ProxyHeaderState.Complete, Read(Encoding.ASCII.GetBytes(longest + "\r\n")));
        Assert.Equal(ProxyHeaderState.Malformed, Read(Encoding.ASCII.GetBytes(longest + "x\r\n")));
        Assert.Equal(ProxyHeaderState.Malformed, Read(Encoding.ASCII.GetBytes(longest + "xx")));
        Assert.Equal(ProxyHeaderState.Malformed, Read("PROXY UNKNOWN\n"u8.ToArray()));
    }

    [Theory]
    [InlineData("2111000C" + "C0000201C6336402" + "9C400019", "192.0.2.1:40000", "198.51.100.2:25")]
    [InlineData("2111000F" + "C0000201C6336402" + "9C400019" + "040000", "192.0.2.1:40000", "198.51.100.2:25")]
    [InlineData(
        "21210024" + "20010DB8000000000000000000000001" + "20010DB8000000000000000000000002" + "9C400019",
        "[2001:db8::1]:40000", "[2001:db8::2]:25")]
    [InlineData(
        "21210024" + "00000000000000000000FFFFC0000201" + "20010DB8000000000000000000000002" + "00010002",
        "192.0.2.1:1", "[2001:db8::2]:2")]
    [InlineData("21000000", null, null)]
    [InlineData("21000003" + "FFFFFF", null, null)]
    public void The_binary_form_names_both_ends(string hex, string? client, string? server)
    {
        byte[] octets = [.. Convert.FromHexString(Signature + hex), .. "EHLO"u8];
        Assert.Equal(ProxyHeaderState.Complete, ProxyHeader.TryRead(octets, out ProxyHeader header));
        Assert.Equal((octets.Length - 4, false, client, server),
            (header.Length, header.IsOfProxy, header.Client?.ToString(), header.Server?.ToString()));
        AssertIncompleteBefore(octets, octets.Length - 4);
    }

    [Fact]
    public void A_local_socket_behind_the_proxy_has_no_address()
    {
        byte[] octets = [.. Convert.FromHexString(Signature + "213100D8"), .. new byte[216]];
        Assert.Equal(ProxyHeaderState.Complete, ProxyHeader.TryRead(octets, out ProxyHeader header));
        Assert.Equal(new ProxyHeader(232, false, null, null), header);
        AssertIncompleteBefore(octets, 232);
    }

    [Theory]
    [InlineData("20000000", 16)]
    [InlineData("2011000CC0000201C63364029C400019", 28)]
    [InlineData("20FF0001AA", 17)]
    public void A_proxy_that_speaks_for_itself_names_nobody(string hex, int length)
    {
        byte[] octets = Convert.FromHexString(Signature + hex);
        Assert.Equal(ProxyHeaderState.Complete, ProxyHeader.TryRead(octets, out ProxyHeader header));
        Assert.Equal(new ProxyHeader(length, true, null, null), header);
    }

    [Theory]
    [InlineData("1111000C")] // another version
    [InlineData("2211000C")] // another command
    [InlineData("2112000C")] // datagrams
    [InlineData("2122000C")]
    [InlineData("2132000C")]
    [InlineData("2101000C")]
    [InlineData("2141000C")]
    [InlineData("2111000B")] // no room for the addresses
    [InlineData("21210023")]
    [InlineData("213100D7")]
    [InlineData("21111000")] // 4 KiB and more
    [InlineData("2000FFFF")]
    public void What_is_no_binary_header_is_told_at_once(string hex)
        => Assert.Equal(ProxyHeaderState.Malformed, Read(Convert.FromHexString(Signature + hex)));

    [Fact]
    public void Whatever_comes_is_read_without_a_fault_and_one_octet_of_garbage_is_enough()
    {
        byte[] line = "PROXY TCP4 192.0.2.1 198.51.100.2 40000 25\r\n"u8.ToArray();
        byte[] binary = Convert.FromHexString(Signature + "2111000CC0000201C63364029C400019");
        foreach (byte[] whole in (byte[][])[line, binary])
            for (int i = 0; i < whole.Length; i++)
                for (int value = 0; value < 256; value++)
                {
                    byte[] changed = [.. whole];
                    changed[i] = (byte)value;
                    ProxyHeaderState state = Read(changed);
                    bool isStart = i < (whole == line ? 6 : 12);
                    if (isStart && value != whole[i])
                        Assert.Equal(ProxyHeaderState.Malformed, state);
                }
        for (int value = 0; value < 256; value++)
            Assert.Equal(value is 'P' or '\r' ? ProxyHeaderState.Incomplete : ProxyHeaderState.Malformed,
                Read([(byte)value]));
    }

    private static void AssertIncompleteBefore(byte[] octets, int length)
    {
        for (int i = 0; i < length; i++)
            Assert.Equal(ProxyHeaderState.Incomplete, Read(octets[..i]));
    }

    private static ProxyHeaderState Read(byte[] octets) => ProxyHeader.TryRead(octets, out _);
}
