namespace MailModule.Engine.Serving.Handlers;

/// <summary>What a step of a session is about, for the handlers that are asked about it.</summary>
internal sealed class StepArguments
{
    /// <summary>The argument of a verb, a domain, an address, a user.</summary>
    public string Text { get; set; } = "";

    /// <summary>Unknown commands: the verb.</summary>
    public string Verb { get; set; } = "";
    public IReadOnlyList<string> Route { get; set; } = [];
    public LoginRequest? Login { get; set; }
    public MailRequest? Mail { get; set; }
    public RcptRequest? Rcpt { get; set; }
    public ReadOnlyMemory<byte> Octets { get; set; }
    public bool IsFirst { get; set; }
    public bool IsLast { get; set; }

    /// <summary>Octets of the whole message.</summary>
    public long Size { get; set; }

    public int Call(ISmtpHandlers table, HandlerSteps step, IHandlerSession session) => step switch
    {
        HandlerSteps.Connect => table.Connect(session),
        HandlerSteps.Helo => table.Helo(session, Text),
        HandlerSteps.Ehlo => table.Ehlo(session, Text),
        HandlerSteps.Auth => table.Auth(session, Login!),
        HandlerSteps.Secret => table.Secret(session, Text),
        HandlerSteps.Mail => table.Mail(session, Mail!),
        HandlerSteps.Domain => table.Domain(session, Text, Route),
        HandlerSteps.Lookup => table.Lookup(session, Text),
        HandlerSteps.Rcpt => table.Rcpt(session, Rcpt!),
        HandlerSteps.Data => table.Data(session),
        HandlerSteps.Chunk => table.Chunk(session, Octets.Span, IsFirst, IsLast),
        HandlerSteps.Message => table.Message(session, Size),
        HandlerSteps.Verify => table.Verify(session, Text),
        HandlerSteps.Expand => table.Expand(session, Text),
        HandlerSteps.Help => table.Help(session, Text),
        HandlerSteps.Noop => table.Noop(session, Text),
        HandlerSteps.Reset => table.Reset(session),
        HandlerSteps.Turn => table.Turn(session),
        _ => table.Unknown(session, Verb, Text),
    };
}
