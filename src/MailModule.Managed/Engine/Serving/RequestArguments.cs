namespace MailModule.Engine.Serving;

/// <summary>
/// What a host learns beside the request's name. Which fields are set:
/// SmtpConnect: Text1 the address · SmtpSendMessage: Text1 sender, Text2 recipients (commas between), Text3 HELO name ·
/// PopLogin: Text1 user, Text2 password · PopGetMessage, PopDeleteMessage: Number (from 1, as the client counts), Text1
/// user.
/// </summary>
public readonly record struct RequestArguments(string Text1, string Text2 = "", string Text3 = "", int Number = 0);
