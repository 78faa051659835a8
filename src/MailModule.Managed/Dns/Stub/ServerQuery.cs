using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>How one question to one server came out.</summary>
internal enum ServerQueryResult
{
    Responded,
    /// <summary>No response to the question came in time.</summary>
    TimedOut,
    /// <summary>The server cannot be asked, or its response is malformed.</summary>
    Broken,
    Cancelled,
}

/// <summary>
/// One question to one server: by UDP, without EDNS if the server does not understand that, by TCP if the response is
/// truncated. One thread, once.
/// </summary>
internal sealed class ServerQuery(
    IPEndPoint server, string name, DnsType type, TimeSpan timeout, CancellationToken cancel)
{
    /// <summary>
    /// More than EDNS offers: a server that sends still more is cut off, and its response is malformed.
    /// </summary>
    private const int DatagramLimit = 4096;

    /// <summary>Not null after <see cref="ServerQueryResult.Responded"/>.</summary>
    public Response? Response { get; private set; }

    /// <summary>What is wrong, after <see cref="ServerQueryResult.Broken"/>.</summary>
    public string Text { get; private set; } = "";

    public ServerQueryResult Run(bool withEdns)
    {
        ServerQueryResult result = AskByUdp(withEdns);
        if (withEdns && result == ServerQueryResult.Responded && Response!.IsEdnsRefusal)
        {
            withEdns = false;
            result = AskByUdp(withEdns);
        }
        // RFC 7766 §5: a truncated response is not used, the question is asked again by TCP.
        return result == ServerQueryResult.Responded && Response!.IsTruncated ? AskByTcp(withEdns) : result;
    }

    private ServerQueryResult AskByUdp(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new BlockingSocket(server, SocketType.Dgram, new Deadline(timeout, cancel));
        SocketWait wait = socket.Send(Query(question, withEdns, prefix: 0));
        byte[] buffer = new byte[DatagramLimit];
        while (wait == SocketWait.Completed && (wait = socket.Receive(buffer, out int count)) == SocketWait.Completed)
        {
            // RFC 5452 §9.1: what does not match is ignored; the true response may still be under way.
            ResponseMatch match = ResponseReader.Read(buffer.AsSpan(0, count), question, out Response? response);
            if (match != ResponseMatch.Mismatched)
                return Finish(match, response);
        }
        return ResultOf(wait, socket);
    }

    private ServerQueryResult AskByTcp(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new BlockingSocket(server, SocketType.Stream, new Deadline(timeout, cancel));
        SocketWait wait = socket.Connect();
        // RFC 7766 §8: length and message in one segment.
        byte[] query = Query(question, withEdns, prefix: 2);
        BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)(query.Length - 2));
        if (wait == SocketWait.Completed)
            wait = socket.Send(query);
        byte[] message = [];
        if (wait == SocketWait.Completed)
            wait = ReadMessage(socket, out message);
        if (wait != SocketWait.Completed)
            return ResultOf(wait, socket);
        ResponseMatch match = ResponseReader.Read(message, question, out Response? response);
        return Finish(response is { IsTruncated: true } ? ResponseMatch.Malformed : match, response);
    }

    /// <summary>
    /// RFC 1035 §4.2.2: two octets with the length, then the message. If the server closes before, the message is
    /// empty.
    /// </summary>
    private static SocketWait ReadMessage(BlockingSocket socket, out byte[] message)
    {
        message = [];
        byte[] prefix = new byte[2];
        SocketWait wait = Fill(socket, prefix, out bool isWhole);
        if (wait != SocketWait.Completed || !isWhole)
            return wait;
        byte[] octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        wait = Fill(socket, octets, out isWhole);
        message = isWhole ? octets : [];
        return wait;
    }

    private static SocketWait Fill(BlockingSocket socket, Memory<byte> buffer, out bool isWhole)
    {
        while (!buffer.IsEmpty)
        {
            isWhole = false;
            SocketWait wait = socket.Receive(buffer, out int count);
            if (wait != SocketWait.Completed || count == 0)
                return wait;
            buffer = buffer[count..];
        }
        isWhole = true;
        return SocketWait.Completed;
    }

    /// <summary>RFC 5452 §9.2: the id cannot be guessed.</summary>
    private Question NewQuestion() => new((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, type);

    private static byte[] Query(Question question, bool withEdns, int prefix)
    {
        Span<byte> query = stackalloc byte[QueryWriter.MaxLength];
        int length = QueryWriter.Write(question, withEdns, query);
        byte[] octets = new byte[prefix + length];
        query[..length].CopyTo(octets.AsSpan(prefix));
        return octets;
    }

    private ServerQueryResult Finish(ResponseMatch match, Response? response)
    {
        Response = response;
        if (match == ResponseMatch.Matches)
            return ServerQueryResult.Responded;
        Text = "sent a malformed response";
        return ServerQueryResult.Broken;
    }

    private ServerQueryResult ResultOf(SocketWait wait, BlockingSocket socket)
    {
        Text = wait == SocketWait.Failed ? $"could not be asked: {new SocketException((int)socket.Error).Message}" : "";
        return wait switch
        {
            SocketWait.Cancelled => ServerQueryResult.Cancelled,
            SocketWait.TimedOut => ServerQueryResult.TimedOut,
            _ => ServerQueryResult.Broken,
        };
    }
}
