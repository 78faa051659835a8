using System.Buffers;
using MailModule.Mail;
using MailModule.Smtp.Server;
using MailModule.Spool;

namespace MailModule.Engine.Serving;

/// <summary>
/// What stands before a message's own text: Return-Path, for this host delivers it finally, and Received (RFC 5321
/// §4.4).
/// </summary>
internal static class ArrivalTrace
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_fields;

    public static void Write(SmtpSession session, Envelope envelope, ISpoolWriter writer, Action resume)
    {
        ArrayBufferWriter<byte> fields = t_fields ??= new ArrayBufferWriter<byte>(1024);
        fields.ResetWrittenCount();
        ReturnPath.Write(fields, envelope.ReversePath);
        TraceHeaders.WriteReceived(
            fields, envelope,
            new TraceInfo(session.Options.HostName, writer.Id, session.SaidEhlo, session.Peer.TlsDescription));
        writer.Append(fields.WrittenSpan, resume);
    }
}
