using System.Net;
using System.Text;
using MailModule.Delivery.Forwarding;
using MailModule.Delivery.Lists;
using MailModule.Dns.Local;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Primitives;

/// <summary>A mark that an editor has put before a text is no part of it, in every file that people write.</summary>
public sealed class ByteOrderMarkTests : IDisposable
{
    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Marks_before_a_text_are_skipped_and_nothing_else()
    {
        Assert.Equal("x", Encoding.UTF8.GetString(ByteOrderMark.Skip([.. s_mark, .. s_mark, .. "x"u8])));
        Assert.Equal(0, ByteOrderMark.Skip(s_mark).Length);
        Assert.Equal(2, ByteOrderMark.Skip(s_mark.AsSpan(0, 2)).Length);
        Assert.Equal("x\u00EF\u00BB\u00BF", ByteOrderMark.Skip("\u00EF\u00BB\u00BFx\u00EF\u00BB\u00BF"));
    }

    [Fact]
    public void Configuration_and_what_it_includes()
    {
        Write("inner.cfg", "smtp_port=2525\n");
        var settings = new EngineSettings(Log.None);
        Assert.Equal(Fault.None, settings.Load(Write("main.cfg", "smtp_max=7\n@inner.cfg"), out string error));
        Assert.Equal("", error);
        Assert.Equal((7, 2525), (settings.Current.Int(Keys.SmtpMax), settings.Current.Int(Keys.SmtpPort)));
    }

    [Fact]
    public void Forward_files()
    {
        DotForwardScript script = DotForwardParser.Parse("\u00EF\u00BB\u00BF#rm\n", "/home/ann");
        Assert.IsType<RemoveStep>(Assert.Single(script.Steps));
        Assert.Empty(script.Errors);
    }

    [Fact]
    public void Files_of_members()
        => Assert.Equal("ann@a.example", MemberFile.Parse("\u00EF\u00BB\u00BFann@a.example").Members.Single().Text);

    [Fact]
    public void Hosts_and_resolv_conf()
    {
        var hosts = new WatchedFile<HostsFile>(
            Write("hosts", "192.0.2.1 a.example"), octets => HostsFile.Parse(ByteOrderMark.Decode(octets)));
        Assert.Equal([IPAddress.Parse("192.0.2.1")], hosts.Current!.AddressesOf("a.example"));
        string servers = Write("resolv.conf", "nameserver 192.0.2.2");
        Assert.Equal("192.0.2.2:53",
            ResolvConf.Parse(TextFile.Read(servers, 1000)).Servers.Single().ToString());
    }

    [Fact]
    public void Certificates_and_keys()
    {
        TestAuthority.Trusted.WritePem(_folder.In("plain.pem"), "a.example");
        string file = Write("marked.pem", File.ReadAllText(_folder.In("plain.pem")));
        Assert.Equal(Fault.None, TlsServerSettings.TryLoad(file, file, out _, out _));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public void Another_encoding_is_a_clear_error(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] octets = [.. encoding.GetPreamble(), .. encoding.GetBytes("# ann@a.example\n")];
        File.WriteAllBytes(_folder.In("file"), octets);
        Assert.Equal(Fault.Config, new EngineSettings(Log.None).Load(_folder.In("file"), out string error));
        Assert.Contains("UTF-16", error, StringComparison.Ordinal);
        string text = Encoding.Latin1.GetString(octets);
        Assert.Contains("UTF-16", DotForwardParser.Parse(text, "/home/ann").Errors.Single().Text,
            StringComparison.Ordinal);
        Assert.Contains("UTF-16", MemberFile.Parse(text).Errors.Single().Text, StringComparison.Ordinal);
        Assert.Equal(Fault.Tls, TlsServerSettings.TryLoad(_folder.In("file"), null, out _, out string? problem));
        Assert.Contains("UTF-16", problem, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        File.WriteAllBytes(_folder.In(name), [.. s_mark, .. Encoding.UTF8.GetBytes(text)]);
        return _folder.In(name);
    }
}
