namespace MailModule.Engine.Serving;

/// <summary>
/// What a host's request callback is asked about. The numbers are the C edge's <c>ACTION_…</c> bits; a mask is a set of
/// them.
/// </summary>
[Flags]
public enum RequestAction
{
    None = 0,
    /// <summary>POP3, user and password known. Request name: the user.</summary>
    PopLogin = 1,
    /// <summary>RETR or TOP. Request name: the unique id.</summary>
    PopGetMessage = 2,
    /// <summary>At QUIT, once for each message to delete. Request name: the unique id.</summary>
    PopDeleteMessage = 4,
    /// <summary>A client has connected, before the greeting. Request name: its address.</summary>
    SmtpConnect = 8,
    /// <summary>DATA (or BDAT) is about to be read. Request name: the envelope sender.</summary>
    SmtpSendMessage = 16,
    All = 0x7fffffff,
}
