using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Tests.Engine.Serving.Handlers;

/// <summary>A table whose every handler lets the module decide; a test overrides those that it has.</summary>
internal abstract class TableOfNothing : ISmtpHandlers
{
    public abstract HandlerSteps Steps { get; }

    public virtual int Data(IHandlerSession session) => 0;
    public virtual int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast) => 0;
    public virtual int Message(IHandlerSession session, long size) => 0;
    public int Connect(IHandlerSession session) => 0;
    public int Helo(IHandlerSession session, string name) => 0;
    public int Ehlo(IHandlerSession session, string name) => 0;
    public int Auth(IHandlerSession session, LoginRequest login) => 0;
    public int Secret(IHandlerSession session, string user) => 0;
    public int Mail(IHandlerSession session, MailRequest mail) => 0;
    public int Domain(IHandlerSession session, string domain, IReadOnlyList<string> route) => 0;
    public int Lookup(IHandlerSession session, string address) => 0;
    public int Rcpt(IHandlerSession session, RcptRequest rcpt) => 0;
    public int Verify(IHandlerSession session, string name) => 0;
    public int Expand(IHandlerSession session, string list) => 0;
    public int Help(IHandlerSession session, string topic) => 0;
    public int Noop(IHandlerSession session, string text) => 0;
    public int Reset(IHandlerSession session) => 0;
    public int Turn(IHandlerSession session) => 0;
    public int Unknown(IHandlerSession session, string verb, string argument) => 0;

    public void Timeout(IHandlerSession session)
    {
    }

    public void Error(IHandlerSession session, Fault fault, string text)
    {
    }

    public void Close(IHandlerSession session)
    {
    }
}
