namespace MailModule.Smtp.Server;

/// <summary>Commands that a backend wants to be asked about beside the questions that every backend has.</summary>
[Flags]
internal enum AskedCommands
{
    None = 0,
    Helo = 1,
    Ehlo = 2,
    /// <summary>It takes SEND, SOML and SAML for MAIL, and wants the argument of all four.</summary>
    Mail = 4,
    /// <summary>It wants the argument of RCPT.</summary>
    Rcpt = 8,
    Verify = 16,
    Expand = 32,
    Help = 64,
    Noop = 128,
    Reset = 256,
    Turn = 512,
    /// <summary>What is no command here; its argument is the whole line.</summary>
    Unknown = 1024,
}
