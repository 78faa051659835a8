using System.Buffers;
using MailModule.Authentication;
using MailModule.Authentication.Results;
using MailModule.Delivery.Signing;
using MailModule.Engine.Settings;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Smtp.Server;
using MailModule.Spool;

namespace MailModule.Engine.Serving;

/// <summary>
/// A message on its way from an SMTP session into the spool. In front of its own text stand Return-Path, for this host
/// delivers it finally, and Received (RFC 5321 §4.4); a message of who has logged in gets the fields that it must have
/// (RFC 6409 §8). The object serves the session's messages one after the other.
/// </summary>
internal sealed class ArrivingMessage(SmtpSession session) : IHeaderEnd
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_fields;

    private readonly HeaderFilter _header = new();
    private ForgedResults? _forged; // null: none are looked for
    private string? _forgedId;
    private ISpoolWriter? _writer;

    /// <summary>Authentication-Results in this name are taken out of the messages that begin from now on; null: none
    /// are.</summary>
    public string? OwnId { get; set; }

    /// <summary>It is being written.</summary>
    public bool IsOpen => _writer is not null;

    /// <inheritdoc cref="ISpoolWriter.Id"/>
    public string Id => _writer!.Id;

    /// <inheritdoc cref="ISpoolWriter.Length"/>
    public long Length => _writer!.Length;

    /// <inheritdoc cref="ISpoolWriter.Held"/>
    public long Held => _writer!.Held;

    /// <summary><see cref="Commit"/> signs: workers only.</summary>
    public bool IsSigned => _writer is SignedWriter;

    /// <param name="writer">From now on this object's.</param>
    /// <param name="authentication">What is found out by these is to stand in front; null: nothing is.</param>
    public void Begin(
        ISpoolWriter writer, Envelope envelope, AuthenticationRules? authentication, Action resume)
    {
        Begin(writer, envelope);
        ArrayBufferWriter<byte> fields = t_fields ??= new ArrayBufferWriter<byte>(1024);
        fields.ResetWrittenCount();
        ReturnPath.Write(fields, envelope.ReversePath);
        if (authentication is not null)
        {
            writer.Append(fields.WrittenSpan, resume);
            fields.ResetWrittenCount();
            writer.ReserveInFront(ResultFields.Room);
        }
        WriteReceived(fields, envelope, writer.Id);
        writer.Append(fields.WrittenSpan, resume);
    }

    /// <summary>
    /// As <see cref="Begin(ISpoolWriter, Envelope, AuthenticationRules?, Action)"/>, for a message of ours.
    /// </summary>
    public void Begin(ISpool spool, ISpoolWriter writer, Envelope envelope, SigningOptions signing)
        => Begin(
            new SignedWriter(spool, writer, envelope, signing, (fields, id) => WriteReceived(fields, envelope, id)),
            envelope);

    private void Begin(ISpoolWriter writer, Envelope envelope)
    {
        _writer = writer;
        _header.Begin(IsSubmission(envelope) ? this : null);
        BeginForged();
    }

    // A session's messages are told in the same name, unless the settings change between them.
    private void BeginForged()
    {
        if (_forged is not null && OwnId is not null && OwnId == _forgedId)
            _forged.Begin();
        else
            _forged = OwnId is null ? null : new ForgedResults(OwnId);
        _forgedId = OwnId;
    }

    private void WriteReceived(IBufferWriter<byte> fields, Envelope envelope, string id)
        => TraceHeaders.WriteReceived(
            fields, envelope,
            new TraceInfo(session.Options.HostName, id, session.SaidEhlo, session.Peer.TlsDescription)
            {
                ClientName = session.ClientName,
                IsLmtp = session.Options.IsLmtp,
            });

    /// <summary>Before the commit: what was found out about the message.</summary>
    public void PutInFront(AuthenticationRules rules, MessageResults results)
        => ResultFields.Put(_writer!, rules, results, session);

    /// <summary>As <see cref="Append"/>, in front of it: whole fields of the host, who may say what it likes.</summary>
    public bool AppendFields(ReadOnlySpan<byte> fields, Action resume)
        => _writer!.Append(_header.PassInFront(fields), resume);

    /// <inheritdoc cref="ISpoolWriter.Append"/>
    public bool Append(ReadOnlySpan<byte> content, Action resume)
        => _writer!.Append(WithoutForged(_header.Pass(content)), resume);

    /// <inheritdoc cref="ISpoolWriter.Commit"/>
    public void Commit(Action<Fault> completed)
    {
        if (!_header.IsOver)
            _writer!.Append(WithoutForged(_header.End()), static () => { }); // nobody waits to go on
        if (_forged is { IsOver: false } forged)
            _writer!.Append(forged.End(), static () => { });
        _writer!.Commit(completed);
    }

    // RFC 8601 §5: what is said in our name is said by us alone
    private ReadOnlySpan<byte> WithoutForged(ReadOnlySpan<byte> content)
        => _forged is { } forged ? forged.Pass(content) : content;

    /// <summary>It is committed, and the spool's.</summary>
    public void Release() => _writer = null;

    public void Discard()
    {
        _writer?.Discard();
        _writer = null;
    }

    // RFC 4954 §5: with AUTH=<> it is not to be taken for a message that who has logged in has submitted
    private static bool IsSubmission(Envelope envelope)
        => envelope.AuthenticatedUser is not null && envelope.Submitter is not { IsNull: true };

    bool IHeaderEnd.NamesSender => !session.Envelope.ReversePath.IsNull;

    void IHeaderEnd.WriteMissing(HeaderFilter header, IBufferWriter<byte> output)
        => MissingFields.Write(
            output, header, session.Envelope.Received, Id, session.Options.HostName, session.Envelope.ReversePath);
}
