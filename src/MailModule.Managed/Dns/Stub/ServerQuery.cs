using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>How one server took one question.</summary>
internal enum ServerQueryResult
{
    Responded,
    /// <summary>Nothing that is a reply came in time.</summary>
    TimedOut,
    /// <summary>It cannot be asked, or what it says is no sense.</summary>
    Broken,
    Cancelled,
}

/// <summary>
/// One question to one server: by datagram, without EDNS if it does not understand that, by stream if the reply is too long. One thread, once.
/// </summary>
internal sealed class ServerQuery(IPEndPoint server, string name, DnsType type, TimeSpan timeout, CancellationToken cancel)
{
    /// <summary>More than we offer to take: who sends more is cut off, and then makes no sense.</summary>
    private const int DatagramLimit = 4096;

    /// <summary>Not null after <see cref="ServerQueryResult.Responded"/>.</summary>
    public Response? Response { get; private set; }

    /// <summary>What is wrong, after <see cref="ServerQueryResult.Broken"/>.</summary>
    public string Text { get; private set; } = "";

    public ServerQueryResult Run(bool withEdns)
    {
        ServerQueryResult end = AskByUdp(withEdns);
        // RFC 6891 §6.2.2, §7: a server that does not know EDNS says one of these.
        if (withEdns && end == ServerQueryResult.Responded && Response!.Rcode is Rcode.FormatError or Rcode.NotImplemented or Rcode.BadVersion)
        {
            withEdns = false;
            end = AskByUdp(withEdns);
        }
        // RFC 7766 §5: a truncated reply is not used, the question is asked again by TCP.
        return end == ServerQueryResult.Responded && Response!.IsTruncated ? AskByTcp(withEdns) : end;
    }

    private ServerQueryResult AskByUdp(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new BlockingSocket(server, SocketType.Dgram, new Deadline(timeout, cancel));
        SocketWait end = socket.Send(Query(question, withEdns, prefix: 0));
        byte[] buffer = new byte[DatagramLimit];
        while (end == SocketWait.Completed && (end = socket.Receive(buffer, out int count)) == SocketWait.Completed)
        {
            // RFC 5452 §9.1: what does not match is as if it had not come; the true reply may still be under way.
            ResponseMatch verdict = ResponseReader.Read(buffer.AsSpan(0, count), question, out Response? reply);
            if (verdict != ResponseMatch.Mismatched)
                return Take(verdict, reply);
        }
        return EndOf(end, socket);
    }

    private ServerQueryResult AskByTcp(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new BlockingSocket(server, SocketType.Stream, new Deadline(timeout, cancel));
        SocketWait end = socket.Connect();
        // RFC 7766 §8: length and message in one segment.
        byte[] query = Query(question, withEdns, prefix: 2);
        BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)(query.Length - 2));
        if (end == SocketWait.Completed)
            end = socket.Send(query);
        byte[] message = [];
        if (end == SocketWait.Completed)
            end = ReadMessage(socket, out message);
        if (end != SocketWait.Completed)
            return EndOf(end, socket);
        ResponseMatch verdict = ResponseReader.Read(message, question, out Response? reply);
        return Take(reply is { IsTruncated: true } ? ResponseMatch.Malformed : verdict, reply);
    }

    /// <summary>RFC 1035 §4.2.2: two octets with the length, then the message. A stream that ends before is a broken message.</summary>
    private static SocketWait ReadMessage(BlockingSocket socket, out byte[] message)
    {
        message = [];
        byte[] prefix = new byte[2];
        SocketWait end = Fill(socket, prefix, out bool isWhole);
        if (end != SocketWait.Completed || !isWhole)
            return end;
        byte[] octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        end = Fill(socket, octets, out isWhole);
        message = isWhole ? octets : [];
        return end;
    }

    private static SocketWait Fill(BlockingSocket socket, Memory<byte> buffer, out bool isWhole)
    {
        while (!buffer.IsEmpty)
        {
            isWhole = false;
            SocketWait end = socket.Receive(buffer, out int count);
            if (end != SocketWait.Completed || count == 0)
                return end;
            buffer = buffer[count..];
        }
        isWhole = true;
        return SocketWait.Completed;
    }

    private Question NewQuestion() => new((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, type);

    private static byte[] Query(Question question, bool withEdns, int prefix)
    {
        Span<byte> query = stackalloc byte[QueryWriter.Longest];
        int length = QueryWriter.Write(question, withEdns, query);
        byte[] octets = new byte[prefix + length];
        query[..length].CopyTo(octets.AsSpan(prefix));
        return octets;
    }

    private ServerQueryResult Take(ResponseMatch verdict, Response? reply)
    {
        Response = reply;
        if (verdict == ResponseMatch.Matches)
            return ServerQueryResult.Responded;
        Text = "sent a reply that makes no sense";
        return ServerQueryResult.Broken;
    }

    private ServerQueryResult EndOf(SocketWait end, BlockingSocket socket)
    {
        Text = end == SocketWait.Failed ? $"could not be asked: {new SocketException((int)socket.Error).Message}" : "";
        return end switch
        {
            SocketWait.Cancelled => ServerQueryResult.Cancelled,
            SocketWait.TimedOut => ServerQueryResult.TimedOut,
            _ => ServerQueryResult.Broken,
        };
    }
}
