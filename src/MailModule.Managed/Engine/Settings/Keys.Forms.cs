using MailModule.Primitives.Os;

namespace MailModule.Engine.Settings;

/// <summary>The forms that rows have: flags, numbers, texts, paths, addresses.</summary>
internal static partial class Keys
{
    // Why a key has no effect.
    private const string StartsByCall = "a call starts the server, and no call is needed to leave it off";
    internal const string OtherModule = "it belongs to a part of the old module that is not in this library";

    private static string Begin(string section) => s_section = section;

    internal static Setting Add(Setting row)
    {
        row = row with { Index = s_rows.Count, Section = s_section };
        s_rows.Add(row);
        return row;
    }

    /// <summary>Marks a row that was made as one that guards (<see cref="Setting.Guards"/>).</summary>
    internal static Setting Guard(Setting row) => s_rows[row.Index] = row with { Guards = true };

    internal static Setting Flag(string key, string meaning, string defaultValue = "0")
        => Add(new(key, SettingKind.Flag, meaning) { Most = 1, Default = defaultValue });

    internal static Setting FlagLater(string key, string meaning, string later)
        => Add(new(key, SettingKind.Flag, meaning) { Most = 1, Default = "0", Later = later });

    /// <summary>Where the system lacks what the flag needs, it is refused with the reason.</summary>
    private static Setting OfLocalSockets(string key, string meaning)
        => LocalSocket.IsPossible
            ? Flag(key, meaning)
            : Guard(FlagLater(key, meaning, "this system has no local sockets that files guard"));

    private static Setting OfPrograms(string key, string meaning, params string[] noKeys)
        => ChildProcess.IsPossible
            ? PathLater(key, meaning, "", noKeys)
            : Guard(PathLater(key, meaning, "commands are not run on this system", noKeys));

    internal static Setting Number(
        string key, long least, long most, long value, string unit, string meaning, params string[] noKeys)
        => NumberLater(key, least, most, value, unit, meaning, "", noKeys);

    internal static Setting NumberLater(
        string key, long least, long most, long value, string unit, string meaning, string later,
        params string[] noKeys)
        => Add(
            new(key, SettingKind.Number, meaning)
            { Least = least, Most = most, Unit = unit, Default = $"{value}", Later = later, NoKeys = noKeys });

    private static Setting Sessions(string key, string call, params string[] noKeys)
        => Add(
            new(key, SettingKind.Number, $"Sessions at once. The server starts by `{call}`, not by this key.")
            {
                Least = 1,
                Most = 1_000_000,
                Default = "10000",
                Unit = "sessions",
                NoKeys = noKeys,
                NoKeysLater = StartsByCall,
            });

    internal static Setting Text(string key, string? value, int limit, string meaning)
        => TextLater(key, value, meaning, "", limit);

    internal static Setting TextLater(
        string key, string? value, string meaning, string later, int limit = 4096, params string[] noKeys)
        => Add(
            new(key, SettingKind.Text, meaning)
            { Default = value, LengthLimit = limit, Later = later, NoKeys = noKeys });

    private static Setting PathLater(string key, string meaning, string later, params string[] noKeys)
        => Add(new(key, SettingKind.Path, meaning) { Later = later, NoKeys = noKeys });

    internal static Setting Ranges(string key, string value, string meaning)
        => Add(
            new(key, SettingKind.Text, meaning)
            {
                Form = "addresses",
                Default = value,
                Check = SettingForms.Ranges,
                LengthLimit = 65536,
            });

    private static Setting Addresses(string key, string meaning, params string[] noKeys)
        => Add(
            new(key, SettingKind.Text, meaning)
            {
                Form = "IP addresses, commas between",
                Check = SettingForms.Addresses,
                DefaultInWords = "all",
                NoKeys = noKeys,
            });
}
