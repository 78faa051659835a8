using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>
/// A host's <c>mm_pop3_server_handlers</c>: each step becomes a call of the function that stands there.
/// </summary>
internal sealed unsafe class Pop3HandlerTable : IPop3Handlers
{
    private readonly Pop3ServerHandlersLayout _handlers;
    private readonly nint _user;

    private Pop3HandlerTable(in Pop3ServerHandlersLayout handlers, nint user)
    {
        _handlers = handlers;
        _user = user;
        Steps = StepsOf(handlers);
    }

    public Pop3Steps Steps { get; }

    /// <summary>Copies a table; null if the host has given none.</summary>
    public static Fault Read(nint pointer, nint user, out Pop3HandlerTable? table)
    {
        table = null;
        if (pointer == 0)
            return Fault.None;
        var fault = Layout.Read(pointer, out Pop3ServerHandlersLayout handlers);
        if (fault == Fault.None)
            table = new Pop3HandlerTable(handlers, user);
        return fault;
    }

    public int Connect(IPop3HandlerSession session) => HandlerCall.Step(session, _handlers.Connect, _user);
    public int Capabilities(IPop3HandlerSession session) => HandlerCall.Step(session, _handlers.Capa, _user);
    public int Reset(IPop3HandlerSession session) => HandlerCall.Step(session, _handlers.Rset, _user);
    public int Update(IPop3HandlerSession session) => HandlerCall.Step(session, _handlers.Update, _user);

    public int Auth(IPop3HandlerSession session, LoginRequest login)
        => HandlerCall.Auth(session, _handlers.Auth, login, _user);

    public int Secret(IPop3HandlerSession session, string user)
        => HandlerCall.Step(session, _handlers.Secret, user, _user);

    public int Noop(IPop3HandlerSession session, string text)
        => HandlerCall.Step(session, _handlers.Noop, text, _user);

    // mm_session_open_fn has the form of mm_session_unknown_fn.
    public int Open(IPop3HandlerSession session, string name, string folder)
        => HandlerCall.Unknown(session, _handlers.Open, name, folder, _user);

    public int Unknown(IPop3HandlerSession session, string verb, string argument)
        => HandlerCall.Unknown(session, _handlers.Unknown, verb, argument, _user);

    public int Retrieve(IPop3HandlerSession session, MessageRequest message) => Call(session, _handlers.Retr, message);
    public int Delete(IPop3HandlerSession session, MessageRequest message) => Call(session, _handlers.Dele, message);
    public int Remove(IPop3HandlerSession session, MessageRequest message) => Call(session, _handlers.Remove, message);

    public int Read(IPop3HandlerSession session, int room)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return HandlerCall.OutOfHandles;
        using (Callbacks.Enter())
            return ((delegate* unmanaged[Cdecl]<nint, nuint, nint, int>)_handlers.Read)(
                handle.Address, (nuint)room, _user);
    }

    public void Timeout(IPop3HandlerSession session) => HandlerCall.Tell(session, _handlers.Timeout, _user);

    public void Error(IPop3HandlerSession session, Fault fault, string text)
        => HandlerCall.Error(session, _handlers.Error, fault, text, _user);

    public void Close(IPop3HandlerSession session) => HandlerCall.Close(session, _handlers.Close, _user);

    private int Call(IPop3HandlerSession session, nint handler, MessageRequest message)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return HandlerCall.OutOfHandles;
        nint id = 0;
        byte* room = stackalloc byte[HandlerCall.OnStack];
        nint memory = TextBlock.Write([message.Id], new Span<nint>(ref id), room, HandlerCall.OnStack);
        var layout = new SessionMessageLayout
        {
            Size = (nuint)sizeof(SessionMessageLayout),
            Id = id,
            Data = message.Data,
            Octets = message.Octets,
            Number = message.Number,
            Lines = message.Lines,
        };
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, SessionMessageLayout*, nint, int>)handler)(
                handle.Address, &layout, _user);
            Text.Free(memory);
            return verdict;
        }
    }

    // The functions stand in the structure in the order of the steps' bits.
    private static Pop3Steps StepsOf(Pop3ServerHandlersLayout handlers)
    {
        int count = sizeof(Pop3ServerHandlersLayout) / sizeof(nint) - 1;
        var functions = new ReadOnlySpan<nint>((nint*)&handlers + 1, count);
        var steps = Pop3Steps.None;
        for (int i = 0; i < functions.Length; i++)
            if (functions[i] != 0)
                steps |= (Pop3Steps)(1 << i);
        return steps;
    }
}
