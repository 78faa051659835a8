using System.Net;
using MailModule.Authentication;
using MailModule.Authentication.Checks;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp;
using MailModule.Smtp.Server;
using MailModule.Spool;
using MailModule.Transport;

namespace MailModule.Engine.Serving;

/// <summary>
/// One SMTP session's dealings with the host and the spool: the job that asks the host, the stream the host gets, and
/// the message being written. One object for all of it, so that a message costs no closure. Used by the session's
/// owner, one thread at a time.
/// </summary>
internal sealed class SmtpTransactionHandler : IRequestStream, IJob
{
    private readonly SmtpSession _session;
    private readonly SmtpBackend _backend;
    private readonly SmtpDependencies _dependencies;
    private readonly HostRequests _requests;
    private readonly Action _resumeContent;
    private readonly Action<Fault> _committed;
    private readonly ArrivingMessage _message;
    private Envelope _envelope = new();
    private HostContentReader? _reader;
    private ContentWatch _watch;
    private Fault _storeFault;
    private long _held;
    private bool _hostAccepted;
    private bool _hostUsedConnection;
    private bool _contentEnded;

    public SmtpTransactionHandler(SmtpSession session, SmtpBackend backend)
    {
        _session = session;
        _backend = backend;
        _dependencies = backend.Dependencies;
        _requests = new HostRequests(_dependencies.Host, _dependencies.RunJob);
        _message = new ArrivingMessage(session);
        _resumeContent = ResumeContent;
        _committed = Committed;
    }

    /// <inheritdoc cref="HostRequests.Action"/>
    public RequestAction Action
    {
        get => _requests.Action;
        set => _requests.Action = value;
    }

    /// <summary>A new transaction has come as far as DATA.</summary>
    public void Begin(Envelope envelope)
    {
        _envelope = envelope;
        _watch = ContentWatch.For(envelope, _backend);
        _hostAccepted = _contentEnded = false;
        _held = HeldMemory.Base / 2;
        _storeFault = Fault.None;
    }

    /// <summary>The worker's part: asks the host and carries the session on.</summary>
    public void Run()
    {
        Verdict verdict = Ask();
        if (verdict.Kind != VerdictKind.Pending)
            _session.Answer(verdict);
    }

    public Verdict Ask() => Action == RequestAction.SmtpConnect ? AskAboutClient() : AskAboutMessage();

    private Verdict AskAboutClient()
    {
        _hostUsedConnection = false;
        string address = RemoteEndPoint?.Address.ToString() ?? "";
        int answer = _requests.Ask(this, address, RequestAction.SmtpConnect, new RequestArguments(address));
        if (answer > 0)
            return Verdict.Close(RefusedByHost(HostReplies.ConnectionRefusal(answer, _requests.Refusal)));
        return answer < 0 || _hostUsedConnection ? Verdict.Close(null) : _backend.CheckClient();
    }

    private Verdict AskAboutMessage()
    {
        string sender = _envelope.ReversePath.Text;
        var arguments = new RequestArguments(sender, RecipientList(), _envelope.Helo);
        int answer = _requests.Ask(this, sender, RequestAction.SmtpSendMessage, arguments);
        if (answer > 0)
            return Verdict.Refuse(RefusedByHost(HostReplies.MessageRefusal(answer, _requests.Refusal)));
        if (answer == 0)
            return CheckAndStore();
        _hostAccepted = true;
        End();
        return Verdict.Accept;
    }

    private Reply RefusedByHost(Reply reply)
    {
        _dependencies.Log.RefusedByHost(reply, RemoteEndPoint);
        return reply;
    }

    private string RecipientList()
        => _envelope.Recipients.Count == 1
            ? _envelope.Recipients[0].Address.Text
            : string.Join(',', _envelope.Recipients.Select(recipient => recipient.Address.Text));

    /// <summary>Nobody else has decided about the message: checks, and then the spool do.</summary>
    public Verdict CheckAndStore()
        => _backend.ChecksOf(_envelope)?.Data(_envelope, StoreOrRefuse) ?? StoreOrRefuse();

    public Verdict StoreOrRefuse()
    {
        BeginStoring();
        return _storeFault == Fault.None ? Verdict.Accept : Verdict.Refuse(BackendReplies.NotStored(_storeFault));
    }

    private void BeginStoring()
    {
        if (_message.IsOpen || _storeFault != Fault.None)
            return;
        _storeFault = _dependencies.Spool.TryBegin(_envelope, _session.DeclaredSize, out ISpoolWriter writer);
        if (_storeFault != Fault.None)
            return;
        // RFC 8601 §5: of strangers whose mail is checked, and of users; who may relay otherwise is trusted with it
        _message.OwnId = _watch.Authentication is { } authentication ? authentication.Rules.ServerId
            : _envelope.AuthenticatedUser is null ? null : _dependencies.Checks?.ToldBy;
        if (IsOurs && _dependencies.Signing() is { } signing)
            _message.Begin(_dependencies.Spool, writer, _envelope, signing);
        else
            _message.Begin(writer, _envelope, _watch.Authentication?.Rules, _resumeContent);
    }

    // RFC 4954 §5: with AUTH=<> nobody knows who has submitted it, and who passes it on vouches for nobody
    private bool IsOurs => !_envelope.IsFromStranger && _envelope.Submitter is not { IsNull: true };

    // Whoever appended waits for it: the reader, or the session.
    private void ResumeContent()
    {
        if (_reader is not null && _reader.TryResume())
            return;
        if (_backend.ContentResumed is { } resumed)
            resumed();
        else
            _session.ResumeContent();
    }

    /// <summary>As <see cref="Append"/>, in front of it: whole fields of the host, few.</summary>
    public bool AppendFields(ReadOnlySpan<byte> fields)
    {
        _watch.Add(fields);
        if (!_message.IsOpen)
            return true;
        _watch.Copy?.AppendFields(fields);
        return _message.AppendFields(fields, _resumeContent);
    }

    public bool Append(ReadOnlySpan<byte> content)
    {
        _watch.Add(content);
        if (!_message.IsOpen)
            return true;
        bool takesMore = _watch.Copy is { } copy
            ? copy.Append(_message, content, _resumeContent)
            : _message.Append(content, _resumeContent);
        long held = _message.Held + _watch.Held;
        if (held > _held)
            Hold(held);
        return takesMore;
    }

    // A message that there is no memory for is taken to its end and refused there.
    private void Hold(long octets)
    {
        _held = octets;
        if (_session.TryHold(octets + _backend.HeldInFront))
            return;
        Discard();
        _storeFault = Fault.Full;
    }

    public Verdict Commit()
    {
        if (WithoutMessage() is { } verdict)
            return verdict;
        // RFC 5321 §6.3: refused here, its sender hears of it from the host that has the message; taken, he would hear
        // of it from us, whoever wrote his name there
        if (_watch.Headers is { } watch && watch.IsLoop(_dependencies.Policy()))
            return Verdict.Refuse(BackendReplies.Looping554);
        _watch.Authentication?.End();
        return _watch.IsJudged && _backend.ChecksOf(_envelope) is { } checks
            ? checks.EndOfData(_envelope, _watch.Sample, Scan)
            : Scan();
    }

    private Verdict Scan()
        => _watch.Copy is { } copy && _dependencies.Checks is { } checks
            ? checks.Antivirus.Scan(_session, copy, CommitChecked)
            : CommitChecked();

    /// <summary>As <see cref="Commit"/>, where others have judged the message: no check is made.</summary>
    public Verdict CommitJudged()
    {
        if (WithoutMessage() is { } verdict)
            return verdict;
        _watch.Copy?.Discard();
        _watch.Authentication?.End();
        // What was found out is told all the same.
        return _watch.Authentication is { IsKnown: false } && _backend.ChecksOf(_envelope) is { } checks
            ? checks.AwaitResults(CommitChecked)
            : CommitChecked();
    }

    // Null: there is a message to commit.
    private Verdict? WithoutMessage()
    {
        if (!_hostAccepted)
            return _message.IsOpen ? null : Verdict.Refuse(BackendReplies.NotStored(_storeFault));
        _dependencies.Log.AcceptedByHost(_envelope);
        return Verdict.Accept;
    }

    private Verdict CommitChecked()
    {
        if (_session.RecipientReplies is { HasRefusals: true } replies && !TryLeaveOutRefused(replies))
        {
            End();
            return Verdict.Accept;
        }
        if (_watch.Authentication is { } authentication)
            _message.PutInFront(authentication.Rules, authentication.Known);
        _watch.Headers?.HonourReportField(_envelope, _dependencies.Policy());
        _watch = default;
        if (_message.IsSigned)
            _dependencies.RunJob(new JudgingJob(_session, CommitSigned, _dependencies.RunJob, _dependencies.Log));
        else
            _message.Commit(_committed);
        return Verdict.Pending;
    }

    // On a worker: a signature takes its time, and a message that is encoded first is read again.
    private ValueTask<Verdict> CommitSigned()
    {
        _message.Commit(_committed);
        return new ValueTask<Verdict>(Verdict.Pending);
    }

    /// <summary>LMTP: who is refused does not get the message. False: nobody does.</summary>
    private bool TryLeaveOutRefused(RecipientReplies replies)
    {
        List<Recipient> recipients = _envelope.Recipients;
        for (int i = recipients.Count - 1; i >= 0; i--)
            if (replies.IsRefused(i))
                recipients.RemoveAt(i);
        return recipients.Count > 0;
    }

    // Runs on the committer's thread, which so sends the 250 itself.
    private void Committed(Fault fault)
    {
        if (fault != Fault.None)
        {
            _dependencies.Log.NotStored(_envelope, fault);
            _session.Answer(Verdict.Refuse(BackendReplies.NotStored(fault)));
            return;
        }
        string id = _message.Id;
        _dependencies.Log.Accepted(id, _envelope, _message.Length);
        _message.Release();
        _backend.EndMessage();
        _session.Answer(new Verdict(VerdictKind.Accept, BackendReplies.Queued(id)));
    }

    public void Discard()
    {
        _message.Discard();
        _watch.Copy?.Discard();
        _watch = default;
    }

    // Nothing is to be stored, and the client hears that the message is taken.
    private void End()
    {
        Discard();
        _backend.EndMessage();
    }

    /// <summary>The connection is gone.</summary>
    public void Close()
    {
        Discard();
        _requests.End();
    }

    public Fault Send(ReadOnlySpan<byte> octets)
    {
        if (Action != RequestAction.SmtpConnect || _backend.Connection is not { } connection)
            return Fault.State;
        if (octets.IsEmpty)
            return Fault.None;
        _hostUsedConnection = true;
        return connection.SendBlocking(octets) ? Fault.None : Fault.Closed;
    }

    public Fault Receive(Span<byte> buffer, out int count)
    {
        count = 0;
        if (_dependencies.Host.Inline || _backend.Connection is not { } connection)
            return Fault.State;
        return Action switch
        {
            RequestAction.SmtpConnect => ReceiveRaw(connection, buffer, out count),
            RequestAction.SmtpSendMessage => ReceiveContent(connection, buffer, out count),
            _ => Fault.State,
        };
    }

    private Fault ReceiveRaw(IBlockingPeer connection, Span<byte> buffer, out int count)
    {
        _hostUsedConnection = true;
        ReadOnlySpan<byte> input = connection.WaitForInput();
        count = Math.Min(input.Length, buffer.Length);
        input[..count].CopyTo(buffer);
        connection.Consume(count);
        return count > 0 ? Fault.None : connection.WaitFault;
    }

    private Fault ReceiveContent(IBlockingPeer connection, Span<byte> buffer, out int count)
    {
        count = 0;
        if (_contentEnded)
            return Fault.None;
        BeginStoring();
        _reader ??= new HostContentReader(_session, _backend, connection);
        int read = _reader.Read(buffer);
        if (read < 0)
            return _reader.Fault;
        _contentEnded = read == 0;
        count = read;
        return Fault.None;
    }

    public Fault GetAuthentication(out IReadOnlyList<MethodResult> results)
    {
        results = [];
        if (Action != RequestAction.SmtpSendMessage || _dependencies.Host.Inline)
            return Fault.State;
        if (_watch.Authentication is not { } authentication)
            return Fault.None;
        if (_contentEnded)
            authentication.End();
        // The host waits for it on its own worker, as it waits for content.
        ValueTask<MessageResults> coming = _contentEnded ? authentication.All() : authentication.Spf();
        results = MethodResult.AllOf(coming.AsTask().GetAwaiter().GetResult());
        return Fault.None;
    }

    public string? UserName => _session.AuthenticatedUser;
    public string? Password => _session.AuthenticatedPassword;
    public IPEndPoint? RemoteEndPoint => _session.RemoteEndPoint;
    public nint Descriptor => _backend.Connection?.Descriptor ?? -1;

    public IHostHandle? Handle
    {
        get => _requests.Handle;
        set => _requests.Handle = value;
    }

    public HostRefusal? Refusal
    {
        set => _requests.Refusal = value;
    }
}
