using System.Net.Sockets;
using MailModule.Engine.Serving;
using MailModule.Engine.Serving.Handlers;
using MailModule.Primitives;
using MailModule.Transport;

namespace MailModule.Engine;

/// <summary>A server as the host program that started it sees it. Any thread.</summary>
public sealed class StartedServer
{
    private readonly SingleServer _owner;
    private readonly MailServer _server;

    internal StartedServer(SingleServer owner, MailServer server)
    {
        _owner = owner;
        _server = server;
    }

    /// <summary>The first port it listens on.</summary>
    public int Port => _server.Port;

    /// <summary>Neither <see cref="Stop"/> nor the engine has stopped it.</summary>
    public bool IsRunning => _owner.Running == _server;

    /// <summary>
    /// Adds a table of handlers: sessions that begin from now on ask it behind those that are there.
    /// <see cref="Fault.Limit"/>: there are eight.
    /// </summary>
    public Fault AddHandlers(ISmtpHandlers handlers)
        => IsRunning && _server is SmtpServer smtp ? smtp.AddHandlers(handlers) : HasStopped();

    /// <inheritdoc cref="AddHandlers(ISmtpHandlers)"/>
    public Fault AddHandlers(IPop3Handlers handlers)
        => IsRunning && _server is Pop3Server pop3 ? pop3.AddHandlers(handlers) : HasStopped();

    /// <summary>
    /// Serves a connection that the host has accepted. <see cref="Fault.Argument"/>: it is no connected socket, and
    /// stays the host's; else it is ours from the call on.
    /// </summary>
    /// <param name="socket">A descriptor, or a handle.</param>
    public Fault Adopt(nint socket, bool isTlsFirst)
    {
        if (!AdoptedSocket.TryTake(socket, out Socket? taken))
            return MailEngine.Fail(Fault.Argument, "socket: it is no connected stream socket");
        bool requiresAuth = _server.Protocol == SmtpProtocol.Submission;
        Fault fault = _server.Adopt(taken!, isTlsFirst, requiresAuth, out string? text);
        return MailEngine.Fail(fault, text);
    }

    /// <summary>
    /// A session of the server that the host steps. <see cref="Fault.Limit"/>: there are too many.
    /// </summary>
    public Fault NewSteppedSession(SteppedOptions options, out SteppedServerSession? session)
    {
        session = null;
        return IsRunning ? _server.NewSteppedSession(options, out session) : HasStopped();
    }

    private static Fault HasStopped() => MailEngine.Fail(Fault.State, "the engine has stopped the server");

    /// <summary>
    /// Accepts no connection from now on; sessions get until <paramref name="timeout"/>, then they are cut. None if the
    /// engine has stopped it. <see cref="Fault.Timeout"/>: a host callback still runs, everything else is gone.
    /// </summary>
    public Fault Stop(TimeSpan timeout)
        => _owner.Stop(_server, timeout)
            ? Fault.None
            : MailEngine.Fail(Fault.Timeout, $"still running: {_server.WhatRuns}");
}
