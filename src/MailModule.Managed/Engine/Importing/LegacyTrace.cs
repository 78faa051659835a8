using System.Buffers;
using System.Net;
using System.Text;
using MailModule.Mail;

namespace MailModule.Engine.Importing;

/// <summary>The fields that stand for the first line of a file of the old module's (RFC 5321 §4.4).</summary>
internal static class LegacyTrace
{
    /// <summary>Return-Path and Received, with CRLF.</summary>
    /// <param name="hostName">Our name.</param>
    /// <param name="id">The file's name without its end.</param>
    public static byte[] Write(LegacyFirstLine first, string hostName, string id)
    {
        var output = new ArrayBufferWriter<byte>(512);
        ReturnPath.Write(output, SenderOf(first, hostName) ?? MailAddress.Null);
        var envelope = new Envelope
        {
            Helo = first.Helo,
            Client = first.Client is { } client ? new IPEndPoint(client, 0) : null,
            Received = first.Received,
        };
        if (envelope.Client is not null)
            TraceHeaders.WriteReceived(
                output, envelope, new TraceInfo(hostName, id, Extended: false, TlsDescription: null));
        else
            output.Write(Encoding.ASCII.GetBytes(ReceivedWithoutClient(first, hostName, id)));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The envelope's sender; null: it is no address. A name alone is a user's here.</summary>
    public static MailAddress? SenderOf(LegacyFirstLine first, string hostName)
        => first.Sender.Length == 0 ? MailAddress.Null : AddressOf(first.Sender, hostName);

    /// <inheritdoc cref="SenderOf"/>
    public static MailAddress? AddressOf(string text, string hostName)
    {
        string bare = text.StartsWith('<') && text.EndsWith('>') ? text[1..^1] : text;
        if (!bare.Contains('@'))
            bare = $"{bare}@{hostName}";
        return MailAddress.TryParse(bare, out MailAddress address) && !address.IsNull ? address : null;
    }

    // What the parentheses say stays a comment (RFC 5322 §3.2.2).
    private static string ReceivedWithoutClient(LegacyFirstLine first, string hostName, string id)
    {
        byte[] date = new byte[64];
        int length = TraceHeaders.WriteDate(first.Received, date);
        string comment = string.Concat(first.Source.Take(200).Select(
            c => c is >= ' ' and <= '~' and not ('(' or ')' or '\\') ? c : '?'));
        return $"Received: by {hostName} ({comment})\r\n\tid {id}; "
            + $"{Encoding.ASCII.GetString(date, 0, length)}\r\n";
    }
}
