using System.Collections.Concurrent;
using System.Net;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Client;
using MailModule.Transport;
using MailModule.Transport.Dialing;

namespace MailModule.Tests.Loopback;

/// <summary>
/// A host's thread that speaks verb by verb over a socket and waits for each answer: between two calls the session
/// waits for the next command.
/// </summary>
internal sealed class HostCaller : ISession, IDisposable
{
    private readonly Workers _workers = new(4);
    private readonly ConnectionSet _set;
    private readonly BlockingCollection<Reply[]> _answers = [];
    private readonly ManualResetEventSlim _isClosed = new();
    private readonly List<Reply> _heard = [];
    private IPeer _peer = null!;
    private Action<Output>? _command;

    public HostCaller(int port, SmtpTimeouts? timeouts = null, TlsClientSettings? tls = null)
    {
        _set = new ConnectionSet(_workers, new Log(LogLevel.Error, (_, _, text) => Assert.Fail(text)));
        var options = new DialOptions
        {
            Target = new IPEndPoint(IPAddress.Loopback, port),
            Tls = tls,
            Timeout = Loop.Long,
        };
        Dialer.Connect(options, _set, connection =>
        {
            _peer = connection;
            Dialogue = new SmtpDialogue(connection, timeouts ?? SmtpTimeouts.Standard, Loop.Long);
            return this;
        }, (fault, text) => Assert.Fail($"{fault} {text}"));
        Greeting = Answer().Single();
    }

    public SmtpDialogue Dialogue { get; private set; } = null!;
    public Reply Greeting { get; }

    /// <summary>Says commands; waits for their replies. Fewer come where the dialogue has ended.</summary>
    public Reply[] Ask(Action<Output> commands)
    {
        _command = commands;
        _peer.Resume();
        return Answer();
    }

    public void WaitForClose() => Assert.True(_isClosed.Wait(Loop.Long));

    public void Dispose()
    {
        if (Dialogue.End is null)
            Ask(_ => Dialogue.Abandon(new DialogueEnd(Fault.Cancelled, null)));
        _set.Stop(TimeSpan.Zero);
        _set.Dispose();
        _workers.Stop(Loop.Long);
    }

    Next ISession.Advance(ref ReadOnlySpan<byte> input, Output output)
    {
        Dialogue.BeginTurn();
        if (Dialogue.IsInHandshake)
            Dialogue.TlsStarted();
        Next next = Read(ref input);
        if (next == Next.Read && Interlocked.Exchange(ref _command, null) is { } command)
            command(output);
        if (Dialogue.End is not null)
            next = Next.Close;
        if (next == Next.Read)
            Dialogue.EndTurn(output);
        if (next == Next.StartTls || (next == Next.Read && Dialogue.AwaitsReply))
            return next;
        // Last of all: the host's thread may say the next command at once.
        Tell();
        return next == Next.Read ? Next.Wait : next;
    }

    void ISession.Expire(ExpiryReason reason, Output output) => Dialogue.Expire(reason);

    void ISession.Closed()
    {
        Dialogue.Closed();
        Tell();
        _isClosed.Set();
    }

    private Next Read(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            switch (Dialogue.Read(ref input, out _, out Reply reply))
            {
                case DialogueRead.Ended:
                    return Next.Close;
                case DialogueRead.Nothing or DialogueRead.Part:
                    return Next.Read;
            }
            _heard.Add(reply);
            if (Dialogue.IsInHandshake)
                return Next.StartTls;
        }
    }

    private void Tell()
    {
        Reply[] heard = [.. _heard];
        _heard.Clear();
        _answers.Add(heard);
    }

    private Reply[] Answer()
    {
        Assert.True(_answers.TryTake(out Reply[]? heard, Loop.Long), $"no answer at {Dialogue?.Stage}");
        return heard;
    }
}
