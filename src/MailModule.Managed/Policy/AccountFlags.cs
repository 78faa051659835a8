namespace MailModule.Policy;

/// <summary>What a user may do: the letters at the end of a <c>user=</c> line, in any order.</summary>
[Flags]
internal enum AccountFlags
{
    None = 0,
    /// <summary>P: has a mailbox, and reads it by POP3.</summary>
    Mailbox = 1,
    /// <summary>S: may log in to send by SMTP.</summary>
    Send = 2,
    /// <summary>A: administrator; gets postmaster's mail where there is no such user.</summary>
    Admin = 4,
    /// <summary>H: proxy, of other modules; kept.</summary>
    Proxy = 8,
    /// <summary>F: reads by FTP, of other modules; kept.</summary>
    FtpRead = 16,
    /// <summary>W: writes by FTP, of other modules; kept.</summary>
    FtpWrite = 32,
    /// <summary>N: no execute bit by FTP, of other modules; kept.</summary>
    FtpNoExecute = 64,
}
