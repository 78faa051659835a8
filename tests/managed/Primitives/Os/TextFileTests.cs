using System.Runtime.InteropServices;
using MailModule.Engine;
using MailModule.Engine.Sending;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Tests.Support;
using MailModule.Transport;

namespace MailModule.Tests.Primitives.Os;

/// <summary>Files that settings name, and what may stand in their place.</summary>
public sealed partial class TextFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly Log _log;

    public TextFileTests() => _log = new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_comes_whole_up_to_the_limit_and_a_longer_one_is_an_error()
    {
        string file = _folder.In("text");
        File.WriteAllText(file, new string('x', 100_000));
        Assert.Equal(100_000, TextFile.Read(file, 100_000).Length);
        Assert.Throws<InvalidDataException>(() => TextFile.Read(file, 99_999));
        File.WriteAllText(file, "");
        Assert.Equal("", TextFile.Read(file, 10));
    }

    [Fact]
    public void A_symbolic_link_of_the_administrator_is_followed()
    {
        File.WriteAllText(_folder.In("text"), "x");
        File.CreateSymbolicLink(_folder.In("link"), _folder.In("text"));
        Assert.Equal("x", TextFile.Read(_folder.In("link"), 10));
    }

    [Fact]
    public void What_is_no_file_is_an_error_at_once()
    {
        Assert.Contains("pipe", Assert.Throws<IOException>(() => TextFile.Read(Pipe(), 10)).Message,
            StringComparison.Ordinal);
        Assert.Throws<IOException>(() => TextFile.Read("/dev/zero", 10));
        Assert.Throws<IOException>(() => TextFile.Read(_folder.Path, 10));
        Assert.Throws<FileNotFoundException>(() => TextFile.Read(_folder.In("none"), 10));
        Assert.Throws<FileNotFoundException>(() => TextFile.Read("/dev/null/x", 10));
    }

    [Fact]
    public void A_file_that_says_it_is_empty_is_read_no_further_than_the_limit()
        => Assert.Throws<InvalidDataException>(() => TextFile.Read("/proc/self/maps", 100));

    [Theory]
    [InlineData("@{0}")]
    [InlineData("@/dev/zero")]
    [InlineData("@huge")]
    [InlineData("@.")]
    public void An_include_that_is_no_file_is_an_error_of_the_settings(string include)
    {
        WriteHuge("huge");
        File.WriteAllText(_folder.In("main.cfg"), string.Format(null, include, Pipe()));
        Assert.Equal(Fault.Config, new EngineSettings(_log).Load(_folder.In("main.cfg"), out string error));
        Assert.StartsWith($"{_folder.In("main.cfg")}:1: the file to be included: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_no_file_is_an_error()
    {
        WriteHuge("huge");
        Assert.Equal(Fault.Io, new EngineSettings(_log).Load(Pipe(), out _));
        Assert.Equal(Fault.Io, new EngineSettings(_log).Load("/dev/zero", out _));
        Assert.Equal(Fault.Config, new EngineSettings(_log).Load(_folder.In("huge"), out _));
    }

    [Fact]
    public void A_certificate_or_key_that_is_no_file_is_an_error()
    {
        WriteHuge("huge");
        string good = _folder.In("good.pem");
        TestAuthority.Trusted.WritePem(good, "a.example");
        Assert.Equal(Fault.Io, TlsServerSettings.TryLoad(Pipe(), null, out _, out _));
        Assert.Equal(Fault.Io, TlsServerSettings.TryLoad("/dev/zero", null, out _, out _));
        Assert.Equal(Fault.Tls, TlsServerSettings.TryLoad(_folder.In("huge"), null, out _, out _));
        Assert.Equal(Fault.Io, TlsServerSettings.TryLoad(good, Pipe(), out _, out string? text));
        Assert.StartsWith(Pipe(), text, StringComparison.Ordinal);
        Assert.Equal(Fault.None, TlsServerSettings.TryLoad(good, null, out _, out _));
    }

    [Fact]
    public void Roots_that_are_no_files_are_left_out_and_told()
    {
        var settings = new EngineSettings(Log.None);
        settings.Set("tls_cafile", "/dev/zero", out _);
        settings.Set("tls_capath", Path.GetDirectoryName(Pipe())!, out _);
        Assert.Empty(new TrustedRoots(_log).Of(settings.Current)!);
        Assert.Equal(2, _lines.Count);
    }

    [Fact]
    public void A_log_that_is_a_pipe_is_an_error()
        => Assert.Contains("a pipe", new LogFile(Pipe(), job => job.Run()).Check(), StringComparison.Ordinal);

    [Fact]
    public void A_watched_file_that_is_no_file_has_no_content()
    {
        Assert.Null(new WatchedFile<string>(Pipe(), _ => "").Current);
        Assert.Null(new WatchedFile<string>("/dev/zero", _ => "").Current);
    }

    private string Pipe()
    {
        string path = _folder.In("pipe");
        if (!File.Exists(path))
            Assert.Equal(0, mkfifo(path, 0x180));
        return path;
    }

    private void WriteHuge(string name)
    {
        using FileStream file = File.Create(_folder.In(name));
        file.SetLength(20L << 30);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);
}
