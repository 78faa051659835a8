using System.Runtime.InteropServices;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Calls of a host's functions for steps that servers of both protocols have.</summary>
internal static unsafe class HandlerCall
{
    /// <summary>Octets of texts that need no memory of their own.</summary>
    public const int OnStack = 1024;

    /// <summary>What a step is answered whose session gets no handle.</summary>
    public const int OutOfHandles = 451;

    private const int LoginTexts = 5;

    public static int Auth(IHandledSession session, nint handler, LoginRequest login, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        var places = stackalloc nint[LoginTexts];
        byte* room = stackalloc byte[OnStack];
        string[] texts = [login.Mechanism, login.User, login.Identity, login.Token, login.Certificate];
        nint memory = TextBlock.Write(texts, new Span<nint>(places, LoginTexts), room, OnStack);
        var password = new ZeroEnded(login.Password.Span);
        var layout = new SessionLoginLayout
        {
            Size = (nuint)sizeof(SessionLoginLayout),
            Mechanism = places[0],
            User = places[1],
            Identity = places[2],
            Password = password.Address,
            Token = places[3],
            Certificate = places[4],
            PasswordLength = (nuint)login.Password.Length,
        };
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, SessionLoginLayout*, nint, int>)handler)(
                handle.Address, &layout, user);
            password.Clear();
            TextBlock.Clear(texts, places[0]);
            Text.Free(memory);
            return verdict;
        }
    }

    public static int Unknown(IHandledSession session, nint handler, string verb, string argument, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        var places = stackalloc nint[2];
        byte* room = stackalloc byte[OnStack];
        nint memory = TextBlock.Write([verb, argument], new Span<nint>(places, 2), room, OnStack);
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int>)handler)(
                handle.Address, places[0], places[1], user);
            Text.Free(memory);
            return verdict;
        }
    }

    public static void Error(IHandledSession session, nint handler, Fault fault, string text, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return;
        nint words = Text.Allocate(text);
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<nint, int, nint, nint, void>)handler)(
                handle.Address, -(int)fault, words, user);
        Text.Free(words);
    }

    public static void Close(IHandledSession session, nint handler, nint user)
    {
        if (handler != 0)
            Tell(session, handler, user);
        (session.User as SessionHandle)?.Close();
    }

    public static int Step(IHandledSession session, nint handler, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        using (Callbacks.Enter())
            return ((delegate* unmanaged[Cdecl]<nint, nint, int>)handler)(handle.Address, user);
    }

    public static int Step(IHandledSession session, nint handler, string text, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return OutOfHandles;
        nint place = 0;
        byte* room = stackalloc byte[OnStack];
        nint memory = TextBlock.Write([text], new Span<nint>(ref place), room, OnStack);
        using (Callbacks.Enter())
        {
            int verdict = ((delegate* unmanaged[Cdecl]<nint, nint, nint, int>)handler)(handle.Address, place, user);
            Text.Free(memory);
            return verdict;
        }
    }

    public static void Tell(IHandledSession session, nint handler, nint user)
    {
        if (SessionHandle.Enter(session) is not { } handle)
            return;
        using (Callbacks.Enter())
            ((delegate* unmanaged[Cdecl]<nint, nint, void>)handler)(handle.Address, user);
    }

    /// <summary>A copy of octets with a NUL behind them, which is cleared before it is freed.</summary>
    private readonly struct ZeroEnded
    {
        private readonly int _size;

        public ZeroEnded(ReadOnlySpan<byte> octets)
        {
            _size = octets.Length + 1;
            Address = (nint)NativeMemory.AllocZeroed((nuint)_size);
            octets.CopyTo(new Span<byte>((void*)Address, octets.Length));
        }

        public nint Address { get; }

        public void Clear()
        {
            new Span<byte>((void*)Address, _size).Clear();
            NativeMemory.Free((void*)Address);
        }
    }
}
