namespace MailModule.Engine.Serving.Handlers;

/// <summary>A message of a POP3 session that a step is about.</summary>
/// <param name="Number">From 1, as the client counts.</param>
/// <param name="Id">Its unique id.</param>
/// <param name="Octets">Its size, as LIST tells it.</param>
/// <param name="Lines">Of the body, for TOP; -1: all of the message, for RETR, and in other steps.</param>
/// <param name="Data">What the host keeps with it; 0 where the library has the mailbox.</param>
public sealed record MessageRequest(int Number, string Id, long Octets, int Lines, nint Data);
