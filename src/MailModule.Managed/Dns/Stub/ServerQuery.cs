using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using MailModule.Dns.Wire;
using MailModule.Primitives;
using MailModule.Primitives.Os;
using MailModule.Transport;

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
/// truncated. Once.
/// </summary>
internal sealed class ServerQuery(
    QueryPorts ports, IPEndPoint server, DnsQuestion asked, TimeSpan timeout, CancellationToken cancel,
    Workers? workers)
{
    /// <summary>Not null after <see cref="ServerQueryResult.Responded"/>.</summary>
    public Response? Response { get; private set; }

    /// <summary>What is wrong, after <see cref="ServerQueryResult.Broken"/>.</summary>
    public string Text { get; private set; } = "";

    public async ValueTask<ServerQueryResult> Run(bool withEdns)
    {
        ServerQueryResult result = await AskByUdp(withEdns).ConfigureAwait(false);
        if (withEdns && result == ServerQueryResult.Responded && Response!.IsEdnsRefusal)
        {
            withEdns = false;
            result = await AskByUdp(withEdns).ConfigureAwait(false);
        }
        // RFC 7766 §5: a truncated response is not used, the question is asked again by TCP.
        return result == ServerQueryResult.Responded && Response!.IsTruncated
            ? await AskByTcp(withEdns).ConfigureAwait(false)
            : result;
    }

    private async ValueTask<ServerQueryResult> AskByUdp(bool withEdns)
    {
        QueryPort port = ports.Take(server);
        bool isClean = false;
        try
        {
            port.Socket.Begin(new Deadline(timeout, cancel));
            (ServerQueryResult result, isClean) = await AskFrom(port, withEdns).ConfigureAwait(false);
            return result;
        }
        finally
        {
            port.Socket.End();
            ports.Return(port, isClean);
        }
    }

    /// <returns>Whether the response, and nothing else, has come to the port, too.</returns>
    private async ValueTask<(ServerQueryResult Result, bool IsClean)> AskFrom(QueryPort port, bool withEdns)
    {
        Question question = NewQuestion();
        SocketWait wait = await port.Socket.Send(Query(question, withEdns, prefix: 0)).ConfigureAwait(false);
        for (bool isClean = true; wait == SocketWait.Completed; isClean = false)
        {
            wait = await port.Socket.Receive(port.Buffer).ConfigureAwait(false);
            if (wait != SocketWait.Completed)
                break;
            // RFC 5452 §9.1: what does not match is ignored; the true response may still be under way.
            ReadOnlySpan<byte> message = port.Buffer.AsSpan(0, port.Socket.Count);
            ResponseMatch match = ResponseReader.Read(message, question, out Response? response);
            if (match != ResponseMatch.Mismatched)
                return (Finish(match, response), isClean);
        }
        return (ResultOf(wait, port.Socket), false);
    }

    private async ValueTask<ServerQueryResult> AskByTcp(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = QuerySocket.Create(server, SocketType.Stream);
        socket.Begin(new Deadline(timeout, cancel));
        SocketWait wait = await socket.Connect().ConfigureAwait(false);
        // RFC 7766 §8: length and message in one segment.
        byte[] query = Query(question, withEdns, prefix: 2);
        BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)(query.Length - 2));
        if (wait == SocketWait.Completed)
            wait = await socket.Send(query).ConfigureAwait(false);
        byte[] message = [];
        if (wait == SocketWait.Completed)
            (wait, message) = await ReadMessage(socket, workers).ConfigureAwait(false);
        if (wait != SocketWait.Completed)
            return ResultOf(wait, socket);
        ResponseMatch match = ResponseReader.Read(message, question, out Response? response);
        return Finish(response is { IsTruncated: true } ? ResponseMatch.Malformed : match, response);
    }

    /// <summary>
    /// RFC 1035 §4.2.2: two octets with the length, then the message. If the server closes before, the message is
    /// empty.
    /// </summary>
    private static ValueTask<(SocketWait Wait, byte[] Message)> ReadMessage(QuerySocket socket, Workers? workers)
    {
        // The worst of 64 KiB takes 20 ms to read: not on the thread that serves all sockets.
        ValueTask<(SocketWait, byte[])> coming = ReadMessage(socket);
        return workers is null ? coming : coming.OnWorker(workers);
    }

    private static async ValueTask<(SocketWait Wait, byte[] Message)> ReadMessage(QuerySocket socket)
    {
        byte[] prefix = new byte[2];
        (SocketWait wait, bool isWhole) = await Fill(socket, prefix).ConfigureAwait(false);
        if (wait != SocketWait.Completed || !isWhole)
            return (wait, []);
        byte[] octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        (wait, isWhole) = await Fill(socket, octets).ConfigureAwait(false);
        return (wait, isWhole ? octets : []);
    }

    private static async ValueTask<(SocketWait Wait, bool IsWhole)> Fill(QuerySocket socket, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            SocketWait wait = await socket.Receive(buffer).ConfigureAwait(false);
            if (wait != SocketWait.Completed || socket.Count == 0)
                return (wait, false);
            buffer = buffer[socket.Count..];
        }
        return (SocketWait.Completed, true);
    }

    /// <summary>RFC 5452 §9.2: the id cannot be guessed.</summary>
    private Question NewQuestion()
        => new((ushort)RandomOctets.Number16(), asked.Name, asked.Type);

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

    private ServerQueryResult ResultOf(SocketWait wait, QuerySocket socket)
    {
        Text = wait == SocketWait.Failed ? $"could not be asked: {ExceptionWords.OfSocket(socket.Error)}" : "";
        return wait switch
        {
            SocketWait.Cancelled => ServerQueryResult.Cancelled,
            SocketWait.TimedOut => ServerQueryResult.TimedOut,
            _ => ServerQueryResult.Broken,
        };
    }
}
