using System.Buffers;
using MailModule.Authentication.Results;
using MailModule.Delivery;
using MailModule.Delivery.Outgoing;
using MailModule.Engine.Settings;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Mime;
using MailModule.Policy;
using MailModule.Primitives;
using MailModule.Spool;

namespace MailModule.Engine.Mailboxes;

/// <summary>
/// A message that the host puts into a mailbox: first its content, from one place, then the commit. It goes by the
/// spool, past forward files; nobody is told of its fate but the log. One thread; waits for the disk.
/// </summary>
public sealed class HostDelivery : IDisposable
{
    private const int PieceLength = 64 * 1024;

    private readonly MailboxAccess _access;
    private readonly Account _account;
    private readonly string _folder;
    private readonly MailAddress _sender;
    private readonly SubmissionContent _content;
    private readonly SettingValues _values;
    private readonly ForgedResults? _forged;

    internal HostDelivery(MailboxAccess access, Account account, string folder, MailAddress sender)
    {
        _access = access;
        _account = account;
        _folder = folder;
        _sender = sender;
        _values = access.Values;
        _content = new SubmissionContent(_values.ScratchFolder);
        // What claims to be found by us was not (RFC 8601 §5).
        _forged = _values.Checks.Authentication.ToldBy is { } id ? new ForgedResults(id) : null;
    }

    /// <summary>Appends content, with any line ends. <see cref="Fault.Limit"/>: it is larger than the setting
    /// smtp_msg_limit.</summary>
    public Fault Write(ReadOnlySpan<byte> octets)
    {
        Fault fault = _content.Write(octets);
        return fault == Fault.None ? CheckLength() : FaultReason.Because(fault, _content.Problem);
    }

    /// <summary>Takes the content from a file. <see cref="Fault.NotFound"/>, <see cref="Fault.Io"/>.</summary>
    public Fault ReadFrom(string path)
    {
        Fault fault = ContentFile.TryOpen(path, out ContentFile? file);
        if (fault != Fault.None)
            return fault;
        fault = _content.ReadFrom(file!, static () => false);
        return fault == Fault.None ? CheckLength() : FaultReason.Because(fault, _content.Problem);
    }

    /// <summary>Takes the content from a reader of the host's, to its end. One that fails is
    /// <see cref="Fault.Io"/>.</summary>
    public Fault ReadFrom(OctetReader reader)
    {
        byte[] piece = GC.AllocateUninitializedArray<byte>(PieceLength);
        while (true)
        {
            int count = reader(piece);
            if (count == 0)
                return Fault.None;
            if (count < 0 || count > piece.Length)
                return FaultReason.Because(Fault.Io, "the host's reader gave an error, or more than was asked for");
            Fault fault = Write(piece.AsSpan(0, count));
            if (fault != Fault.None)
                return fault;
        }
    }

    /// <summary>
    /// Returns when the message is durable, and on its way into the mailbox. <see cref="Fault.Full"/> (disk, quota),
    /// <see cref="Fault.Io"/>, <see cref="Fault.State"/> (the engine was stopped).
    /// </summary>
    /// <param name="id">In the spool, and so a part of the message's unique id in the mailbox.</param>
    public Fault Commit(out string id)
    {
        id = "";
        Fault fault = _content.Finish();
        if (fault != Fault.None)
            return FaultReason.Because(fault, _content.Problem);
        fault = _access.Enter();
        if (fault != Fault.None)
            return fault;
        try
        {
            fault = _access.CheckQuota(_account, _content.Length);
            return fault == Fault.None ? WriteToSpool(out id) : fault;
        }
        finally
        {
            _access.Leave();
        }
    }

    public void Dispose() => _content.Dispose();

    private Fault CheckLength()
        => _values.Number(Keys.SmtpMsgLimit) is > 0 and var most && _content.WireLength > most
            ? FaultReason.Because(Fault.Limit, $"the message has more than {most} octets (smtp_msg_limit)")
            : Fault.None;

    private Fault WriteToSpool(out string id)
    {
        id = "";
        var envelope = new Envelope { ReversePath = _sender, Received = DateTimeOffset.Now };
        envelope.EightBit = _content.IsEightBit;
        envelope.Recipients.Add(NewRecipient());
        Fault fault = _access.Spool.TryBegin(envelope, _content.WireLength, out ISpoolWriter writer);
        if (fault != Fault.None)
            return FaultReason.Because(fault, $"the spool {_access.Spool.Folder}: {FaultWords.Of(fault)}");
        fault = Append(writer, envelope);
        if (fault != Fault.None)
            writer.Discard();
        else
            fault = SpoolCopy.Commit(writer);
        if (fault != Fault.None)
            return FaultReason.Because(fault, $"the spool {_access.Spool.Folder}: {FaultWords.Of(fault)}");
        id = writer.Id;
        _access.Log.Write(
            LogLevel.Info, "mailbox", $"{_account.Name}: the host has given {id}, {_content.Length} octets");
        return Fault.None;
    }

    // The folder is named also where it is the mailbox itself: so the message passes the user's forward file by.
    private Recipient NewRecipient()
    {
        string host = _values.OwnName.Text;
        string name = _account.Name;
        string text = name.Contains('@') ? name : $"{name}@{host}";
        if (!MailAddress.TryParse(text, out MailAddress address)
            && !MailAddress.TryParse($"\"{name.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"@{host}", out address))
            address = MailAddress.Null;
        return new Recipient(address, new FolderMaildrop(name, _folder).ToString()) { Notify = Notify.Never };
    }

    private Fault Append(ISpoolWriter writer, Envelope envelope)
    {
        using var room = new ManualResetEventSlim();
        var fields = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(fields, _sender);
        TraceHeaders.WriteReceived(
            fields, envelope, new TraceInfo(_values.OwnName.Text, writer.Id, Extended: false, TlsDescription: null));
        Append(writer, fields.WrittenSpan, room);
        SubmissionHeader header = SubmissionHeader.Read(_content);
        Pass(writer, header.Replacement.Span, room);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        Fault fault = Fault.None;
        long at = header.Replaced;
        for (int count = 1; count > 0 && fault == Fault.None; at += count)
        {
            fault = _content.Read(piece, at, out count);
            // A message that was delivered before has a Return-Path in front, and gets another (RFC 5321 §4.4).
            int former = at == 0 ? ReturnPath.LengthIn(piece.AsSpan(0, count)) : 0;
            for (ReadOnlySpan<byte> rest = piece.AsSpan(former, count - former); !rest.IsEmpty;)
                Pass(writer, NulOctets.TakeRun(ref rest), room);
        }
        ArrayPool<byte>.Shared.Return(piece);
        if (_forged is { IsOver: false } forged)
            Append(writer, forged.End(), room);
        return fault == Fault.None && at < _content.Length ? Fault.Io : fault;
    }

    private void Pass(ISpoolWriter writer, ReadOnlySpan<byte> octets, ManualResetEventSlim room)
        => Append(writer, _forged is { } forged ? forged.Pass(octets) : octets, room);

    private static void Append(ISpoolWriter writer, ReadOnlySpan<byte> octets, ManualResetEventSlim room)
    {
        if (octets.IsEmpty || writer.Append(octets, room.Set))
            return;
        room.Wait();
        room.Reset();
    }
}
