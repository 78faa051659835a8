using MailModule.Engine;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Settings;

public class OwnNameWarningTests
{
    [Theory]
    [InlineData("mailhost", "smtp_name has one label")]
    [InlineData("b\u00fccher", "smtp_name has one label")]
    [InlineData("192.0.2.7", "smtp_name is an address")]
    [InlineData("2001:db8::7", "smtp_name is an address")]
    [InlineData("[192.0.2.7]", "smtp_name is an address")]
    [InlineData("b\u00fccher.example", "smtp_name is beyond ASCII")]
    public void A_name_that_other_hosts_may_refuse_is_told_at_the_start(string name, string words)
    {
        string line = Assert.Single(LinesOfStart(name));
        Assert.StartsWith(words, line, StringComparison.Ordinal);
        Assert.DoesNotContain(name, line, StringComparison.Ordinal); // values are not logged
    }

    [Fact]
    public void A_full_name_is_nothing_to_tell_of() => Assert.Empty(LinesOfStart("mail.example.org"));

    [Fact]
    public void A_name_that_nobody_set_is_told_as_such()
    {
        var settings = new EngineSettings(Log.None);
        Assert.StartsWith("smtp_name is not set", OwnNameWarning.Of(settings.Current), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_set_while_the_engine_runs_is_told_once()
    {
        using var folder = new TemporaryFolder();
        var engine = new MailEngine();
        List<string> lines = Listen(engine);
        engine.Set("mail_root", folder.Path);
        engine.Set("smtp_name", "mail.example.org");
        Assert.Equal(Fault.None, engine.OpenQueue(out _));
        Assert.Empty(lines);
        engine.Set("smtp_name", "mailhost");
        engine.Set("smtp_name", "other");
        Assert.Single(lines);
        Assert.Equal(Fault.None, engine.Close());
    }

    private static List<string> LinesOfStart(string name)
    {
        using var folder = new TemporaryFolder();
        var engine = new MailEngine();
        List<string> lines = Listen(engine);
        engine.Set("mail_root", folder.Path);
        Assert.Equal(Fault.None, engine.Set("smtp_name", name));
        Assert.Empty(lines);
        Assert.Equal(Fault.None, engine.OpenQueue(out _));
        Assert.Equal(Fault.None, engine.Close());
        return lines;
    }

    private static List<string> Listen(MailEngine engine)
    {
        var lines = new List<string>();
        engine.SetLogSink((level, area, text) =>
        {
            if (level == LogLevel.Warning && area == "settings")
                lock (lines)
                    lines.Add(text);
        }, LogLevel.Warning);
        return lines;
    }
}
