using static MailModule.Pop3.Pop3AnswerForm;

namespace MailModule.Pop3;

/// <summary>Which answers have many lines, by verb and argument: one table for client and server.</summary>
internal static class Pop3Verbs
{
    private static readonly Dictionary<string, Forms>.AlternateLookup<ReadOnlySpan<char>> s_forms
        = new Dictionary<string, Forms>(StringComparer.OrdinalIgnoreCase) // RFC 1939 §3
        {
            // RFC 1939 §5 to §7
            ["USER"] = new(OneLine, OneLine),
            ["PASS"] = new(OneLine, OneLine),
            ["APOP"] = new(OneLine, OneLine),
            ["QUIT"] = new(OneLine, OneLine),
            ["STAT"] = new(OneLine, OneLine),
            ["LIST"] = new(ManyLines, OneLine),
            ["UIDL"] = new(ManyLines, OneLine),
            ["RETR"] = new(ManyLines, ManyLines),
            ["TOP"] = new(ManyLines, ManyLines),
            ["DELE"] = new(OneLine, OneLine),
            ["NOOP"] = new(OneLine, OneLine),
            ["RSET"] = new(OneLine, OneLine),
            // RFC 2449 §5
            ["CAPA"] = new(ManyLines, ManyLines),
            // RFC 2595 §4
            ["STLS"] = new(OneLine, OneLine),
            // RFC 5034 §4 has it with a mechanism. Servers that take it alone list their mechanisms, as Dovecot does.
            ["AUTH"] = new(ManyLines, OneLine),
            // RFC 6856 §2 and §3: LANG alone lists languages
            ["UTF8"] = new(OneLine, OneLine),
            ["LANG"] = new(ManyLines, OneLine),
        }.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The form of its answer, if that is positive. Null: the verb is not known.</summary>
    /// <param name="verb">Case does not count.</param>
    /// <param name="hasArgument">Something stands behind the verb and a blank.</param>
    public static Pop3AnswerForm? FormOf(ReadOnlySpan<char> verb, bool hasArgument)
        => !s_forms.TryGetValue(verb, out Forms forms) ? null : hasArgument ? forms.WithArgument : forms.Alone;

    private readonly record struct Forms(Pop3AnswerForm Alone, Pop3AnswerForm WithArgument);
}
