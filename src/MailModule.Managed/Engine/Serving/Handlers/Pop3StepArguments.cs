namespace MailModule.Engine.Serving.Handlers;

/// <summary>What a step of a POP3 session is about, for the handlers that are asked about it.</summary>
internal sealed class Pop3StepArguments
{
    /// <summary>A user's name, or the argument of a verb.</summary>
    public string Text { get; set; } = "";

    /// <summary>Open: a folder of the mailbox; empty: itself.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Unknown commands: the verb.</summary>
    public string Verb { get; set; } = "";
    public LoginRequest? Login { get; set; }
    public MessageRequest? Message { get; set; }

    /// <summary>Read: where octets go.</summary>
    public Memory<byte> Buffer { get; set; }

    public int Call(IPop3Handlers table, Pop3Steps step, IPop3HandlerSession session) => step switch
    {
        Pop3Steps.Connect => table.Connect(session),
        Pop3Steps.Capabilities => table.Capabilities(session),
        Pop3Steps.Auth => table.Auth(session, Login!),
        Pop3Steps.Secret => table.Secret(session, Text),
        Pop3Steps.Open => table.Open(session, Text, Folder),
        Pop3Steps.Retrieve => table.Retrieve(session, Message!),
        Pop3Steps.Read => table.Read(session, Buffer.Length),
        Pop3Steps.Delete => table.Delete(session, Message!),
        Pop3Steps.Reset => table.Reset(session),
        Pop3Steps.Remove => table.Remove(session, Message!),
        Pop3Steps.Update => table.Update(session),
        Pop3Steps.Noop => table.Noop(session, Text),
        _ => table.Unknown(session, Verb, Text),
    };
}
