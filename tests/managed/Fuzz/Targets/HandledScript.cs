using MailModule.Engine.Serving.Handlers;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>What one answer of a handler is like, by an octet of the input.</summary>
internal enum ScriptedAnswer
{
    Verdict,
    /// <summary>Put off, and given while the session waits.</summary>
    Later,
    /// <summary>Put off, and not given before its deadline.</summary>
    Never,
    /// <summary>Put off, and given before the handler has returned.</summary>
    Early,
    /// <summary>Put off, and then given by the handler itself all the same.</summary>
    TakenBack,
    Failure,
}

/// <summary>One octet: four bits say how the handler answers, four what else it does.</summary>
internal readonly record struct ScriptedStep(byte Octet)
{
    private static readonly int[] s_codes =
        [250, 354, 220, 235, 450, 421, 550, 504, 199, 600, 299, 399, 251, 334, 521, 400];

    private static readonly int[] s_plain =
    [
        HandlerVerdict.Continue, HandlerVerdict.Continue, HandlerVerdict.Continue, HandlerVerdict.Continue,
        HandlerVerdict.Accept, HandlerVerdict.Reject, HandlerVerdict.Close, HandlerVerdict.Done,
        HandlerVerdict.Local, HandlerVerdict.Forward, HandlerVerdict.Ambiguous, HandlerVerdict.Error,
        250, 450, 421, 550,
    ];

    private int Low => Octet & 15;
    private int High => Octet >> 4;

    public ScriptedAnswer Answer => Low switch
    {
        8 => ScriptedAnswer.Later,
        9 => ScriptedAnswer.Never,
        10 => ScriptedAnswer.Early,
        11 => ScriptedAnswer.TakenBack,
        12 => ScriptedAnswer.Failure,
        _ => ScriptedAnswer.Verdict,
    };

    /// <summary>One that a handler may return, or no verdict at all.</summary>
    public int Verdict => Low switch
    {
        < 8 => s_plain[Low],
        13 => s_codes[High],
        14 => HandlerVerdict.Local + High % 4,
        15 => High % 2 == 0 ? HandlerVerdict.Pending : -1,
        _ => HandlerVerdict.Continue,
    };

    /// <summary>One that an answer which was put off may be.</summary>
    public int LateVerdict => s_plain[Low];

    private bool HasMore => Low != 13 && Low != 14 && Low != 15;

    /// <summary>It gives its reply a text, and a line more.</summary>
    public bool Replies => HasMore && (High & 1) != 0;

    /// <summary>It gives its reply a code.</summary>
    public int? Code => HasMore && (High & 2) != 0 ? s_codes[Low] : null;

    /// <summary>It does what the step is for beside answering.</summary>
    public bool Acts => HasMore && (High & 4) != 0;

    /// <summary>It tries what nobody may.</summary>
    public bool Misbehaves => HasMore && (High & 8) != 0;
}

/// <summary>The answers of a host's handlers, one after the other, and from the beginning again.</summary>
internal sealed class HandledScript(byte[] octets)
{
    private int _at;

    /// <summary>Until then they all let the module decide.</summary>
    public bool IsOn { get; set; }

    /// <summary>All of them let the module decide.</summary>
    public bool IsSilent { get; } = octets.All(static octet => octet == 0);

    public ScriptedStep Next() => new(IsOn && octets.Length > 0 ? octets[_at++ % octets.Length] : (byte)0);
}
