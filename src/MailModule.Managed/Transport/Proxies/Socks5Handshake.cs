using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace MailModule.Transport.Proxies;

/// <summary>SOCKS5 (RFC 1928), without login or with user and password (RFC 1929).</summary>
internal sealed class Socks5Handshake(ProxyAddress proxy, ProxyTarget target) : IProxyHandshake
{
    private const byte Version = 5;
    private const byte LoginVersion = 1;
    private const byte NoLogin = 0;
    private const byte UserAndPassword = 2;
    private const byte NoneAcceptable = 0xFF;

    private enum Step
    {
        Greet,
        Method,
        Login,
        Request,
    }

    private enum AddressType : byte
    {
        IPv4 = 1,
        Name = 3,
        IPv6 = 4,
    }

    private Step _step;

    public string Problem { get; private set; } = "";

    public ProxyProgress Advance(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (_step == Step.Greet)
            return WriteGreeting(output);
        while (true)
        {
            int before = input.Length;
            ProxyProgress progress = OnAnswer(ref input, output);
            if (progress != ProxyProgress.More || input.Length == before)
                return progress;
        }
    }

    private ProxyProgress OnAnswer(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output) => _step switch
    {
        Step.Method => OnMethodAnswer(ref input, output),
        Step.Login => OnLoginAnswer(ref input, output),
        _ => OnConnectAnswer(ref input),
    };

    // RFC 1928 §3: version, count, methods
    private ProxyProgress WriteGreeting(IBufferWriter<byte> output)
    {
        if (!target.IsGood)
            return Fail("the name of the target is none that a proxy could resolve");
        if (proxy.User is null)
            output.Write<byte>([Version, 1, NoLogin]);
        else
            output.Write<byte>([Version, 2, NoLogin, UserAndPassword]);
        _step = Step.Method;
        return ProxyProgress.More;
    }

    private ProxyProgress OnMethodAnswer(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (!TryReadAnswer(ref input, Version, out byte method))
            return Wait(input, Version);
        switch (method)
        {
            case NoLogin:
                WriteRequest(output);
                return ProxyProgress.More;
            case UserAndPassword when proxy.User is not null:
                WriteLogin(output);
                return ProxyProgress.More;
            case NoneAcceptable:
                return Fail(proxy.User is null ? "it wants a login" : "it takes neither our login nor none");
            default:
                return Fail("it wants a login of a kind that we did not offer");
        }
    }

    // RFC 1929 §2: version, length and user, length and password
    private void WriteLogin(IBufferWriter<byte> output)
    {
        output.Write<byte>([LoginVersion]);
        WriteCounted(proxy.User!, output);
        WriteCounted(proxy.Password, output);
        _step = Step.Login;
    }

    private ProxyProgress OnLoginAnswer(ref ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        if (!TryReadAnswer(ref input, LoginVersion, out byte status))
            return Wait(input, LoginVersion);
        // RFC 1929 §2: 0 is success, anything else is not
        if (status != 0)
            return Fail("it refuses user and password");
        WriteRequest(output);
        return ProxyProgress.More;
    }

    // RFC 1928 §4: version, CONNECT, reserved, address, port
    private void WriteRequest(IBufferWriter<byte> output)
    {
        output.Write<byte>([Version, 1, 0]);
        if (target.Name is not null)
        {
            output.Write<byte>([(byte)AddressType.Name]);
            WriteCounted(target.Name, output);
        }
        else
        {
            bool isV4 = target.Address.AddressFamily == AddressFamily.InterNetwork;
            output.Write<byte>([(byte)(isV4 ? AddressType.IPv4 : AddressType.IPv6)]);
            output.Write(target.Address.GetAddressBytes());
        }
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), (ushort)target.Port);
        output.Advance(2);
        _step = Step.Request;
    }

    // RFC 1928 §6: version, answer, reserved, the address it connects from
    private ProxyProgress OnConnectAnswer(ref ReadOnlySpan<byte> input)
    {
        if (!input.IsEmpty && input[0] != Version)
            return FailGarbled();
        if (input.Length >= 2 && input[1] != 0)
            return Fail(WordsOf(input[1]));
        if (input.Length < 5)
            return ProxyProgress.More;
        int length = LengthOf((AddressType)input[3], input[4]);
        if (length == 0)
            return FailGarbled();
        if (input.Length < length)
            return ProxyProgress.More;
        input = input[length..];
        return ProxyProgress.Connected;
    }

    private static int LengthOf(AddressType type, byte count) => type switch
    {
        AddressType.IPv4 => 4 + 4 + 2,
        AddressType.IPv6 => 4 + 16 + 2,
        AddressType.Name => 4 + 1 + count + 2,
        _ => 0,
    };

    // RFC 1928 §6
    private static string WordsOf(byte answer) => answer switch
    {
        1 => "general failure (1)",
        2 => "not allowed by its rules (2)",
        3 => "the network cannot be reached (3)",
        4 => "the host cannot be reached (4)",
        5 => "the host refuses the connection (5)",
        6 => "no answer before the packet's life ended (6)",
        7 => "it does not know CONNECT (7)",
        8 => "it does not know this kind of address (8)",
        _ => $"failure {answer}",
    };

    /// <summary>Two octets, the first of them known.</summary>
    private static bool TryReadAnswer(ref ReadOnlySpan<byte> input, byte version, out byte value)
    {
        value = 0;
        if (input.Length < 2 || input[0] != version)
            return false;
        value = input[1];
        input = input[2..];
        return true;
    }

    private ProxyProgress Wait(ReadOnlySpan<byte> input, byte version)
        => input.IsEmpty || input[0] == version ? ProxyProgress.More : FailGarbled();

    private static void WriteCounted(string text, IBufferWriter<byte> output)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        output.Write<byte>([(byte)octets.Length]);
        output.Write(octets);
    }

    private ProxyProgress FailGarbled() => Fail("its answer is not of SOCKS5");

    private ProxyProgress Fail(string complaint)
    {
        Problem = complaint;
        return ProxyProgress.Failed;
    }
}
