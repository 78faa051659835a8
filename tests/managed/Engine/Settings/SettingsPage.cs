using System.Text;
using MailModule.Engine.Settings;

namespace MailModule.Tests.Engine.Settings;

/// <summary>Writes docs/settings.md from the table of settings.</summary>
internal static class SettingsPage
{
    private const string Head = """
        # Settings

        <!-- Made from the table in src/MailModule.Managed/Engine/Settings/Keys.cs:
             UPDATE_DOCS=1 dotnet test tests/managed --filter Settings -->

        One table serves the configuration file (`LoadConfig`, `mm_engine_load`), `SetConfigParam…` and
        `GetConfigParam…`, `mm_engine_set…` and `mm_engine_get…`. `LoadConfig(NULL)` reads `mailmodule.cfg` in the
        working directory, or `ftp.cfg`, the old module's name for it, if only that is there. A commented example is
        `samples/mailmodule.cfg`.

        ## The file

        - A setting starts at the beginning of a line or after white space: `key=value`, or the name of a flag. Several
          may share a line. Lines end with LF or CRLF.
        - Blanks and tabs may stand around `=`. A value ends at white space, unless it begins with `"`, `'` or a
          back-quote: then it runs to the next such quote, over several lines if need be. There are no escapes. `key=`
          and `key=""` are an empty value.
        - `#` at the start of a word, outside quotes, begins a comment to the end of the line.
        - `@file` or `@"file name"` takes in another file at that point; its name counts from the folder of the file
          that names it.
        - Flags: `key` or `key=1` is on, `nokey` or `key=0` is off. Some other keys have a `no…` form as well, which
          takes their value away; the tables name them.
        - The last one of a repeated key wins. Lists (`user`, `list`, `local_domain`, `relay_domain`, `route`,
          `catch_all`, `sender`, `quota`, `fetch`) add up; a `user` of the same name, a `list` of the same address, a
          `quota` of the same user or a `fetch` of the same mailbox replaces the earlier.
        - Keys count to the letter, upper and lower case differ. An unknown key is a warning, with the nearest known
          one, and ignored; with `strict` it is an error.
        - A key that says who may do something, or keeps harm away, and has no effect here is an error
          (`MM_E_NOT_SUPPORTED`), unless its value asks for nothing; any other without effect is a line in the log.
        - A number out of its range or a malformed value is an error, told with file and line, and nothing of the file
          is taken.
        - Relative paths count from the folder of the file they stand in; those set by `SetConfigParam` from the working
          directory of that moment.
        - The file is UTF-8. In comments other encodings do no harm.

        ## When a setting counts

        A server takes ports, addresses, folders, TLS and limits at its start. Who may connect counts from the next
        connection on; users, lists, domains, routes, quotas and relay ranges from the next login, sender or recipient
        on, also in sessions that are open; `fetch`, `fetch_max` and `fetch_host_max` at once.

        ## Passwords of users

        | form | meaning |
        |---|---|
        | `text` or `{PLAIN}text` | the password itself; the second form for one that looks like another form |
        | `{SCRAM-SHA-256}iterations:salt$StoredKey:ServerKey` | RFC 5803, base64; the password cannot be had from it |
        | `{SCRAM-SHA-1}iterations:salt$StoredKey:ServerKey` | by SHA-1 (RFC 5802), for clients that know no other |
        | `{PBKDF2-SHA256}iterations:salt:key` | PBKDF2 with HMAC-SHA-256, base64, key of 16 to 64 octets |
        | `~xxxxxxxx.xxxxxxxx.xxxxxxxx.xxxxxxxx` | the old module's: MD5 of `user:realm:password` |
        | `+xxxxxxxx.xxxxxxxx` | the old module's checksum; refused, for anybody can turn it back |
        | empty | nobody can log in |

        Iterations: 1 to 10,000,000; `mailmodule password` and `mm_password_make`, which make the first four forms,
        take 250,000 unless told otherwise. A password must not hold `;`. The `~` form is four little-endian words;
        its realm is `md5realm`.

        ## Addresses

        Lists of addresses have commas between their items: `192.0.2.7`, `192.0.2.1-192.0.2.99`, `192.0.2.0/24`,
        `2001:db8::/32`, `fe80::-febf::`. They go into quotes if they hold blanks.

        """;

    public static string Make()
    {
        var page = new StringBuilder(Head);
        foreach (IGrouping<string, Setting> section in Keys.All.GroupBy(row => row.Section))
        {
            page.Append(
                $"\n## {section.Key}\n\n| key | type and range | default | unit | meaning |\n|---|---|---|---|---|\n");
            foreach (Setting row in section)
                page.Append($"| {KeysOf(row)} | {TypeOf(row)} | {DefaultOf(row)} | {row.Unit} | {MeaningOf(row)} |\n");
        }
        return page.ToString();
    }

    private static string KeysOf(Setting row)
        => string.Join("<br>", [$"`{row.Key}`", .. row.NoKeys.Select(key => $"`{key}`")]);

    private static string TypeOf(Setting row) => row.Kind switch
    {
        SettingKind.Flag => "flag",
        SettingKind.Number => $"number, {row.Least:#,0} "
            + $"{(row.Most == long.MaxValue ? "and more" : $"to {row.Most:#,0}")}",
        SettingKind.Choice => string.Join(
            ", ", row.Words.Select((word, i) => row.FirstWord > 0 ? $"`{word}` ({i + row.FirstWord})" : $"`{word}`")),
        SettingKind.Path => "path",
        SettingKind.List => $"list: {row.Form}",
        _ => row.Form.Length > 0 ? row.Form : $"text, at most {row.LengthLimit:#,0} characters",
    };

    private static string DefaultOf(Setting row) => row.DefaultInWords ?? row.Kind switch
    {
        SettingKind.Flag => row.Default == "1" ? "on" : "off",
        SettingKind.Number => long.Parse(row.Default!).ToString("#,0"),
        _ => string.IsNullOrEmpty(row.Default) ? "none" : $"`{row.Default}`",
    };

    private static string MeaningOf(Setting row)
    {
        if (row.Later.Length == 0)
            return row.Meaning;
        return row.Guards
            ? $"{row.Meaning} *An error, unless it asks for nothing: {row.Later}.*"
            : $"{row.Meaning} *No effect: {row.Later}.*";
    }
}
