using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// A host's <c>mm_smtp_server_handlers</c>: each step becomes a call of the function that stands there.
/// </summary>
internal sealed unsafe class HandlerTable : ISmtpHandlers
{
    private const int OnStack = HandlerCall.OnStack;
    private const int OutOfHandles = HandlerCall.OutOfHandles;
    private const int MailTexts = 6;
    private const int RcptTexts = 6;

    private readonly SmtpServerHandlersLayout _handlers;
    private readonly nint _user;

    private HandlerTable(in SmtpServerHandlersLayout handlers, nint user)
    {
        _handlers = handlers;
        _user = user;
        Steps = StepsOf(handlers);
    }

    public HandlerSteps Steps { get; }

    /// <summary>Copies a table; null if the host has given none.</summary>
    public static Fault Read(nint pointer, nint user, out HandlerTable? table)
    {
        table = null;
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out SmtpServerHandlersLayout handlers);
        if (fault == Fault.None)
            table = new HandlerTable(handlers, user);
        return fault;
    }

    public int Connect(IHandlerSession session) => Call(session, _handlers.Connect);
    public int Helo(IHandlerSession session, string name) => Call(session, _handlers.Helo, name);
    public int Ehlo(IHandlerSession session, string name) => Call(session, _handlers.Ehlo, name);
    public int Secret(IHandlerSession session, string user) => Call(session, _handlers.Secret, user);
    public int Lookup(IHandlerSession session, string address) => Call(session, _handlers.Lookup, address);
    public int Data(IHandlerSession session) => Call(session, _handlers.Data);
    public int Verify(IHandlerSession session, string name) => Call(session, _handlers.Vrfy, name);
    public int Expand(IHandlerSession session, string list) => Call(session, _handlers.Expn, list);
    public int Help(IHandlerSession session, string topic) => Call(session, _handlers.Help, topic);
    public int Noop(IHandlerSession session, string text) => Call(session, _handlers.Noop, text);
    public int Reset(IHandlerSession session) => Call(session, _handlers.Rset);
    public int Turn(IHandlerSession session) => Call(session, _handlers.Turn);
    public void Timeout(IHandlerSession session) => Tell(session, _handlers.Timeout);

    public int Auth(IHandlerSession session, LoginRequest login)
        => HandlerCall.Auth(session, _handlers.Auth, login, _user);

    public int Mail(IHandlerSession session, MailRequest mail)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        var places = stackalloc nint[MailTexts];
        byte* room = stackalloc byte[OnStack];
        nint memory = TextBlock.Write(
            [
                mail.Verb, mail.Address.Text, mail.Address.LocalPart, mail.Address.Domain, mail.Parameters,
                mail.EnvelopeId,
            ],
            new Span<nint>(places, MailTexts), room, OnStack);
        var layout = new SessionMailLayout
        {
            Size = (nuint)sizeof(SessionMailLayout),
            Verb = places[0],
            Address = places[1],
            LocalPart = places[2],
            Domain = places[3],
            Parameters = places[4],
            EnvelopeId = places[5],
            DeclaredSize = mail.DeclaredSize,
            EightBit = mail.EightBit ? 1 : 0,
            Utf8 = mail.Utf8 ? 1 : 0,
        };
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, SessionMailLayout*, nint, int>)_handlers.Mail)(
                handle.Address, &layout, _user);
            Text.Free(memory);
            return verdict;
        }
    }

    public int Rcpt(IHandlerSession session, RcptRequest rcpt)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        var places = stackalloc nint[RcptTexts];
        byte* room = stackalloc byte[OnStack];
        nint memory = TextBlock.Write(
            SessionHandle.TextsOf(rcpt), new Span<nint>(places, RcptTexts), room, OnStack);
        var layout = SessionHandle.LayoutOf(rcpt, new ReadOnlySpan<nint>(places, RcptTexts));
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, SessionRcptLayout*, nint, int>)_handlers.Rcpt)(
                handle.Address, &layout, _user);
            Text.Free(memory);
            return verdict;
        }
    }

    public int Domain(IHandlerSession session, string domain, IReadOnlyList<string> route)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        var places = new nint[route.Count + 1];
        nint memory = TextBlock.Allocate([domain, .. route], places);
        fixed (nint* first = places)
        {
            using (Callbacks.Enter())
            {
                int verdict = ((delegate* unmanaged[Cdecl]<nint, nint, nint*, nuint, nint, int>)_handlers.Domain)(
                    handle.Address, places[0], first + 1, (nuint)route.Count, _user);
                Text.Free(memory);
                return verdict;
            }
        }
    }

    public int Chunk(IHandlerSession session, ReadOnlySpan<byte> octets, bool isFirst, bool isLast)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        int flags = (isFirst ? 1 : 0) + (isLast ? 2 : 0);
        fixed (byte* first = octets)
        {
            using (Callbacks.Enter())
                return ((delegate* unmanaged[Cdecl]<nint, byte*, nuint, int, nint, int>)_handlers.Chunk)(
                    handle.Address, first, (nuint)octets.Length, flags, _user);
        }
    }

    public int Message(IHandlerSession session, long size)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        using (Callbacks.Enter())
            return ((delegate* unmanaged[Cdecl]<nint, long, nint, int>)_handlers.Message)(handle.Address, size, _user);
    }

    public int Unknown(IHandlerSession session, string verb, string argument)
        => HandlerCall.Unknown(session, _handlers.Unknown, verb, argument, _user);

    public void Error(IHandlerSession session, Fault fault, string text)
        => HandlerCall.Error(session, _handlers.Error, fault, text, _user);

    public void Close(IHandlerSession session) => HandlerCall.Close(session, _handlers.Close, _user);

    private int Call(IHandlerSession session, nint handler) => HandlerCall.Step(session, handler, _user);

    private int Call(IHandlerSession session, nint handler, string text)
        => HandlerCall.Step(session, handler, text, _user);

    private void Tell(IHandlerSession session, nint handler) => HandlerCall.Tell(session, handler, _user);

    // The functions stand in the structure in the order of the steps' bits.
    private static HandlerSteps StepsOf(SmtpServerHandlersLayout handlers)
    {
        int count = sizeof(SmtpServerHandlersLayout) / sizeof(nint) - 1;
        var functions = new ReadOnlySpan<nint>((nint*)&handlers + 1, count);
        var steps = HandlerSteps.None;
        for (int i = 0; i < functions.Length; i++)
            if (functions[i] != 0)
                steps |= (HandlerSteps)(1 << i);
        return steps;
    }
}
