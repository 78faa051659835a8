using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Lines;
using MailModule.Pop3;
using MailModule.Pop3.Client;
using MailModule.Primitives;

namespace MailModule.Engine.Retrieving;

/// <summary>A session with a mailbox elsewhere, by POP3 (RFC 1939), with TLS where it is to be had.</summary>
/// <param name="start">The open clients of the engine, whose stop ends this one.</param>
internal sealed class Pop3OutsideSession(EngineStart start) : IOutsideSession
{
    private const int PieceLength = 64 * 1024;

    // Number, size and place in a list.
    private const int OctetsOfLine = 64;

    private readonly byte[] _piece = new byte[PieceLength];
    private readonly SpokenSecrets _secrets = new();
    private Pop3Client? _client;
    private CancellationToken _cancel;
    private CancellationTokenRegistration _whenCancelled;

    /// <summary>Memory for a listing at most: some million messages. What is longer has no end.</summary>
    public long ListingLimit { get; init; } = 128 << 20;

    /// <summary>That the server must have, where the mailbox does not say another window; null: any will do.</summary>
    public ServerSpeed? Speed { get; init; }

    /// <inheritdoc/>
    public ClientStage Stage { get; private set; }

    /// <inheritdoc/>
    public string Problem { get; private set; } = "";

    /// <inheritdoc/>
    public Fault Open(OutsideMailbox mailbox, CancellationToken cancel)
    {
        KeepSecrets(mailbox);
        var setup = new ClientSetup
        {
            ChecksCertificate = mailbox.ChecksCertificate,
            Times = new ClientTimes(null, mailbox.Silence, mailbox.Silence)
            {
                // Who may be silent for so long may be slow for so long.
                Speed = mailbox.Silence is { } silence && Speed is not null ? Speed with { Window = silence } : Speed,
            },
        };
        Fault fault = Retrieval.NewClient(start, setup, out _client);
        if (fault != Fault.None)
            return Fail(fault, FaultReason.Take(fault) ?? "", ClientStage.None);
        _cancel = cancel;
        _whenCancelled = cancel.Register(_client!.Cancel);
        bool isTlsFirst = mailbox.Tls == OutsideTls.Implicit;
        fault = Ask(
            client => client.Connect(mailbox.Host, mailbox.Port, isTlsFirst, awaitsGreeting: true),
            ClientStage.Greeting);
        if (fault == Fault.None && !isTlsFirst)
            fault = BeginTls(mailbox.Tls == OutsideTls.StartTls);
        return fault == Fault.None
            ? Ask(client => client.Login(mailbox.User, mailbox.Password, LimitsOf(mailbox)), ClientStage.Auth)
            : fault;
    }

    /// <inheritdoc/>
    public Fault List(Action<OutsideMessage> each)
    {
        var ids = new Dictionary<int, string>();
        Fault fault = Ask(client => client.Uidl(0), ClientStage.Other);
        // RFC 1939 §7: UIDL is optional
        if (fault == Fault.RefusedPermanent)
            return Fail(Fault.NotSupported, $"the server tells no unique ids: {Problem}", ClientStage.Other);
        if (fault == Fault.None)
            fault = ReadList(line => ids.TryAdd(line.Number, line.Id));
        var octets = new Dictionary<int, long>();
        if (fault == Fault.None)
            fault = Ask(client => client.List(0), ClientStage.Other);
        if (fault == Fault.None)
            fault = ReadList(line => octets.TryAdd(line.Number, line.Octets));
        if (fault != Fault.None)
            return fault;
        // One that only one of the lists has may have stood there in a line that was none.
        foreach (int number in ids.Keys.Union(octets.Keys).Order())
            each(new OutsideMessage(number, octets.GetValueOrDefault(number), ids.GetValueOrDefault(number, "")));
        return Fault.None;
    }

    /// <inheritdoc/>
    public Fault Retrieve(int number, OutsideContent into)
    {
        Fault fault = Ask(client => client.Retr(number), ClientStage.Content);
        while (fault == Fault.None)
        {
            int count = 0;
            fault = Call(client => client.Read(_piece, out count));
            if (fault != Fault.None)
                return FailedCall(fault);
            if (count == 0)
                return Fault.None;
            fault = into(_piece.AsSpan(0, count));
            if (fault != Fault.None)
                _client!.Call(client => client.Close());
        }
        return fault;
    }

    /// <inheritdoc/>
    public Fault Delete(int number) => Ask(client => client.Dele(number), ClientStage.Other);

    /// <inheritdoc/>
    public Fault Quit() => Ask(client => client.Quit(), ClientStage.Other, mayEnd: true);

    public void Dispose()
    {
        _whenCancelled.Dispose();
        _client?.Dispose();
    }

    private Fault BeginTls(bool isRequired)
    {
        // A server without CAPA (RFC 2449) has no STLS to tell of, which does not say that it has none.
        Fault fault = Ask(client => client.Capa(), ClientStage.Hello);
        if (fault != Fault.None && !IsRefusal(fault))
            return fault;
        if (!isRequired && _client!.FindCapability("STLS") is null)
            return Fault.None;
        fault = Ask(client => client.Stls(), ClientStage.Tls);
        if (IsRefusal(fault))
            return isRequired ? Fail(Fault.Tls, $"there is no TLS: {Problem}", ClientStage.Tls) : Fault.None;
        if (fault != Fault.None)
            return fault;
        fault = Call(client => client.StartTls(null, awaitsGreeting: false));
        return fault == Fault.None ? fault : FailedCall(fault);
    }

    private static Pop3LoginLimits LimitsOf(OutsideMailbox mailbox)
        => (mailbox.OnlyApop ? Pop3LoginLimits.NoSasl | Pop3LoginLimits.NoUser : Pop3LoginLimits.None)
            | (mailbox.AllowsClearPassword ? Pop3LoginLimits.ClearPassword : Pop3LoginLimits.None);

    private Fault ReadList(Action<ListLine> each)
    {
        for (long held = 0; held <= ListingLimit; held += OctetsOfLine)
        {
            ListLine line = default;
            Fault fault = Call(client => client.Next(out line));
            bool isSkipped = fault == Fault.Protocol && _client!.Dialogue is not null;
            if (isSkipped)
                continue;
            if (fault != Fault.None)
                return FailedCall(fault);
            if (line.Number == 0)
                return Fault.None;
            each(line);
            held += sizeof(char) * line.Id.Length;
        }
        _client!.Call(client => client.Close());
        return Fail(Fault.Protocol, "the server's listing has no end", ClientStage.Other);
    }

    /// <summary>A command, and its answer as a fault.</summary>
    /// <param name="mayEnd">The end without an answer is one: at QUIT where nothing was marked.</param>
    private Fault Ask(Func<Pop3Client, Fault> verb, ClientStage stage, bool mayEnd = false)
    {
        (Problem, Stage) = ("", ClientStage.None);
        Fault fault = Call(verb);
        if (fault != Fault.None)
            return FailedCall(fault);
        Pop3Reply reply = _client!.Heard.Reply;
        return _client.Status switch
        {
            Pop3Status.Ok => Fault.None,
            Pop3Status.None when mayEnd => Fault.None,
            Pop3Status.Err => Fail(
                reply.IsTemporary ? Fault.RefusedTemporary : Fault.RefusedPermanent, $"the server says {reply.Raw}",
                stage),
            _ => Fail(Fault.Closed, $"the server has ended it: {reply.Raw}", stage),
        };
    }

    // What was cancelled before the call is not noticed by it.
    private Fault Call(Func<Pop3Client, Fault> body)
        => _client!.Call(client => _cancel.IsCancellationRequested ? Fault.Cancelled : body(client));

    private Fault FailedCall(Fault fault)
        => _client!.Failure is { } failure && failure.Fault == fault
            ? Fail(fault, failure.Text, failure.Stage)
            : Fail(fault, FaultReason.Take(fault) ?? "", ClientStage.Other);

    private Fault Fail(Fault fault, string text, ClientStage stage)
    {
        (Problem, Stage) = (_secrets.Hide(text), stage);
        return fault;
    }

    // Servers repeat what they do not understand, and the words of a failure go to logs and to the host.
    private void KeepSecrets(OutsideMailbox mailbox)
    {
        string password = mailbox.Password;
        _secrets.Response(password);
        _secrets.Response(Convert.ToBase64String(Encoding.UTF8.GetBytes(password)));
        _secrets.Response(Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{mailbox.User}\0{password}")));
    }

    private static bool IsRefusal(Fault fault) => fault is Fault.RefusedTemporary or Fault.RefusedPermanent;
}
