namespace MailModule.Engine.Serving.Handlers;

/// <summary>What handlers of a POP3 session bring about: the session's backend, as its handlers see it.</summary>
internal interface IPop3Effects
{
    /// <summary>The mechanism of the login; empty: none yet.</summary>
    string Mechanism { get; }

    /// <summary>For what of a message is gathered and does not stay in memory.</summary>
    string ScratchFolder { get; }

    /// <summary>The answer to a step that was not known when it was asked for; on any thread.</summary>
    void Answered(Pop3Steps step, Pop3StepAnswer answer);
}
