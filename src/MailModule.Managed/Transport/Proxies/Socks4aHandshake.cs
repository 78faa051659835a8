using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Transport.Proxies;

/// <summary>SOCKS4 with its extension for names, 4a. Described by no standard, but by its authors' memos.</summary>
internal sealed class Socks4aHandshake(ProxyAddress proxy, ProxyTarget target) : IProxyHandshake
{
    private const int AnswerLength = 8;
    private const byte Granted = 90;
    private bool _isAsked;

    public string Problem { get; private set; } = "";

    public ProxyProgress Advance(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (!_isAsked)
            return WriteRequest(output);
        if (!input.IsEmpty && input[0] != 0)
            return Fail("its answer is not of SOCKS4");
        if (input.Length >= 2 && input[1] != Granted)
            return Fail(WordsOf(input[1]));
        if (input.Length < AnswerLength)
            return ProxyProgress.More;
        input = input[AnswerLength..];
        return ProxyProgress.Connected;
    }

    // Version, CONNECT, port, address, user, NUL; for a name the address 0.0.0.1 and the name, NUL
    private ProxyProgress WriteRequest(IBufferWriter<byte> output)
    {
        if (!target.IsGood)
            return Fail("the name of the target is none that a proxy could resolve");
        if (target.Name is null && target.Address.AddressFamily != AddressFamily.InterNetwork)
            return Fail("SOCKS4 knows no IPv6 addresses");
        _isAsked = true;
        output.Write<byte>([4, 1]);
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), (ushort)target.Port);
        output.Advance(2);
        output.Write(target.Name is null ? target.Address.GetAddressBytes() : [0, 0, 0, 1]);
        WriteEnded(proxy.User ?? "", output);
        if (target.Name is not null)
            WriteEnded(target.Name, output);
        return ProxyProgress.More;
    }

    private static void WriteEnded(string text, IBufferWriter<byte> output)
    {
        output.Write(Encoding.UTF8.GetBytes(text));
        output.Write<byte>([0]);
    }

    private static string WordsOf(byte answer) => answer switch
    {
        91 => "it refuses, or could not connect (91)",
        92 => "it cannot reach our identd (92)",
        93 => "our identd names another user (93)",
        _ => $"failure {answer}",
    };

    private ProxyProgress Fail(string complaint)
    {
        Problem = complaint;
        return ProxyProgress.Failed;
    }
}
