using MailModule.Engine.Serving;
using MailModule.Primitives;

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
    /// Accepts no connection from now on; sessions get until <paramref name="timeout"/>, then they are cut. None if the
    /// engine has stopped it. <see cref="Fault.Timeout"/>: a host callback still runs, everything else is gone.
    /// </summary>
    public Fault Stop(TimeSpan timeout)
        => _owner.Stop(_server, timeout)
            ? Fault.None
            : MailEngine.Fail(Fault.Timeout, $"still running: {_server.WhatRuns}");
}
