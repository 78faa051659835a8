using System.Globalization;
using MailModule.Engine.Settings;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Settings;

public class SettingsPageTests
{
    /// <summary>UPDATE_DOCS=1 writes the page anew.</summary>
    [Fact]
    public void The_reference_page_is_what_the_table_says()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        string file = Repository.In("docs", "settings.md");
        string made = SettingsPage.Make();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
            File.WriteAllText(file, made);
        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == made,
            "docs/settings.md is not what the table says: UPDATE_DOCS=1 dotnet test tests/managed --filter Settings");
    }

    [Fact]
    public void The_example_file_loads_with_strict()
    {
        var settings = new EngineSettings(Log.None);
        settings.Set("strict", 1, out _);
        Fault fault = settings.Load(Repository.In("samples", "mailmodule.cfg"), out string error);
        Assert.True(fault == Fault.None, error);
        Assert.Equal(2, settings.Current.Accounts.Count);
    }

    [Fact]
    public void Every_default_is_a_value_its_row_would_take()
    {
        foreach (Setting row in Keys.All.Where(row => row.Default is not null))
            Assert.True(SettingReader.TryRead(row, row.Default!, "/", out _, out string error), $"{row.Key}: {error}");
    }

    [Fact]
    public void Every_row_stands_under_a_heading_and_has_a_meaning()
    {
        Assert.All(
            Keys.All,
            row => Assert.True(
                row.Section.Length > 0 && row.Meaning.EndsWith('.') && row.Index == Keys.All.ToList().IndexOf(row),
                row.Key));
        Assert.Equal(Keys.All.Count, Keys.All.Select(row => row.Key).Distinct().Count());
    }

    /// <summary>Those that still wait are named, each until it works.</summary>
    [Fact]
    public void No_setting_waits_for_a_later_version()
    {
        Assert.Empty(Keys.All.Where(Waits).Select(row => row.Key));

        static bool Waits(Setting row) => new[] { row.Meaning, row.Later, row.NoKeysLater, row.Form }.Any(
            text => text.Contains("later version", StringComparison.OrdinalIgnoreCase)
                || text.Contains("this version", StringComparison.OrdinalIgnoreCase)
                || text.Contains(" yet", StringComparison.OrdinalIgnoreCase) && row.Later.Length > 0);
    }

    [Theory]
    [InlineData("mail", "127.0.0.1 localhost|127.0.1.1 mail.example.org mail", "mail.example.org")]
    [InlineData("mail", "# 127.0.1.1 mail.example.org|127.0.0.1\tmail localhost", "mail")]
    [InlineData("mail.example.net", "127.0.1.1 mail.example.org", "mail.example.net")]
    [InlineData("", "", "localhost")]
    public void The_machines_full_name_needs_no_network(string name, string hosts, string full)
        => Assert.Equal(full, HostName.Find(name, hosts.Split('|')));
}
