using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using MailModule.Dns.Wire;

namespace MailModule.Dns.Stub;

/// <summary>How one server took one question.</summary>
internal enum ExchangeEnd
{
    Replied,
    /// <summary>Nothing that is a reply came in time.</summary>
    Silent,
    /// <summary>It cannot be asked, or what it says is no sense.</summary>
    Broken,
    Cancelled,
}

/// <summary>
/// One question to one server: by datagram, without EDNS if it does not understand that, by stream if the reply is too long. One thread, once.
/// </summary>
internal sealed class Exchange(IPEndPoint server, string name, DnsType type, TimeSpan timeout, CancellationToken cancel)
{
    /// <summary>More than we offer to take: who sends more is cut off, and then makes no sense.</summary>
    private const int DatagramLimit = 4096;

    /// <summary>Not null after <see cref="ExchangeEnd.Replied"/>.</summary>
    public Reply? Reply { get; private set; }

    /// <summary>What is wrong, after <see cref="ExchangeEnd.Broken"/>.</summary>
    public string Text { get; private set; } = "";

    public ExchangeEnd Run(bool withEdns)
    {
        ExchangeEnd end = AskByDatagram(withEdns);
        // RFC 6891 §6.2.2, §7: a server that does not know EDNS says one of these.
        if (withEdns && end == ExchangeEnd.Replied && Reply!.Code is ResponseCode.FormatError or ResponseCode.NotImplemented or ResponseCode.BadVersion)
        {
            withEdns = false;
            end = AskByDatagram(withEdns);
        }
        // RFC 7766 §5: a truncated reply is not used, the question is asked again by TCP.
        return end == ExchangeEnd.Replied && Reply!.IsTruncated ? AskByStream(withEdns) : end;
    }

    private ExchangeEnd AskByDatagram(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new WaitedSocket(server, SocketType.Dgram, new Patience(timeout, cancel));
        WaitEnd end = socket.Send(Query(question, withEdns, prefix: 0));
        byte[] buffer = new byte[DatagramLimit];
        while (end == WaitEnd.Done && (end = socket.Receive(buffer, out int count)) == WaitEnd.Done)
        {
            // RFC 5452 §9.1: what does not match is as if it had not come; the true reply may still be under way.
            ReplyVerdict verdict = ReplyReader.Read(buffer.AsSpan(0, count), question, out Reply? reply);
            if (verdict != ReplyVerdict.NotOurs)
                return Take(verdict, reply);
        }
        return EndOf(end, socket);
    }

    private ExchangeEnd AskByStream(bool withEdns)
    {
        Question question = NewQuestion();
        using var socket = new WaitedSocket(server, SocketType.Stream, new Patience(timeout, cancel));
        WaitEnd end = socket.Connect();
        // RFC 7766 §8: length and message in one segment.
        byte[] query = Query(question, withEdns, prefix: 2);
        BinaryPrimitives.WriteUInt16BigEndian(query, (ushort)(query.Length - 2));
        if (end == WaitEnd.Done)
            end = socket.Send(query);
        byte[] message = [];
        if (end == WaitEnd.Done)
            end = ReadMessage(socket, out message);
        if (end != WaitEnd.Done)
            return EndOf(end, socket);
        ReplyVerdict verdict = ReplyReader.Read(message, question, out Reply? reply);
        return Take(reply is { IsTruncated: true } ? ReplyVerdict.Broken : verdict, reply);
    }

    /// <summary>RFC 1035 §4.2.2: two octets with the length, then the message. A stream that ends before is a broken message.</summary>
    private static WaitEnd ReadMessage(WaitedSocket socket, out byte[] message)
    {
        message = [];
        byte[] prefix = new byte[2];
        WaitEnd end = Fill(socket, prefix, out bool isWhole);
        if (end != WaitEnd.Done || !isWhole)
            return end;
        byte[] octets = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        end = Fill(socket, octets, out isWhole);
        message = isWhole ? octets : [];
        return end;
    }

    private static WaitEnd Fill(WaitedSocket socket, Memory<byte> buffer, out bool isWhole)
    {
        while (!buffer.IsEmpty)
        {
            isWhole = false;
            WaitEnd end = socket.Receive(buffer, out int count);
            if (end != WaitEnd.Done || count == 0)
                return end;
            buffer = buffer[count..];
        }
        isWhole = true;
        return WaitEnd.Done;
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

    private ExchangeEnd Take(ReplyVerdict verdict, Reply? reply)
    {
        Reply = reply;
        if (verdict == ReplyVerdict.Ours)
            return ExchangeEnd.Replied;
        Text = "sent a reply that makes no sense";
        return ExchangeEnd.Broken;
    }

    private ExchangeEnd EndOf(WaitEnd end, WaitedSocket socket)
    {
        Text = end == WaitEnd.Failed ? $"could not be asked: {new SocketException((int)socket.Error).Message}" : "";
        return end switch
        {
            WaitEnd.Cancelled => ExchangeEnd.Cancelled,
            WaitEnd.TimedOut => ExchangeEnd.Silent,
            _ => ExchangeEnd.Broken,
        };
    }
}
