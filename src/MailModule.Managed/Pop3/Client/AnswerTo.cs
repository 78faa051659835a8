namespace MailModule.Pop3.Client;

/// <summary>What an answer is awaited for, as far as it matters.</summary>
internal enum AnswerTo
{
    Greeting,
    Capa,
    Stls,
    /// <summary>USER, PASS, APOP.</summary>
    Login,
    /// <summary>AUTH with a mechanism, and what follows it.</summary>
    Auth,
    /// <summary>RETR, TOP.</summary>
    Message,
    Delete,
    Reset,
    Quit,
    Other,
}
