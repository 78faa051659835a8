namespace MailModule.Pop3;

/// <summary>
/// What follows the first line of an answer that is positive (RFC 1939 §3); "-ERR" has one line whatever was asked. The
/// C edge gives the numbers as they are.
/// </summary>
public enum Pop3AnswerForm
{
    /// <summary>Nothing.</summary>
    OneLine = 0,
    /// <summary>Lines up to one that is a dot alone.</summary>
    ManyLines = 1,
}
