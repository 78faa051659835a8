using System.Net;
using System.Net.Sockets;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives.Os;

public class SocketPortsTests
{
    [Fact]
    public void A_drawn_port_is_one_of_the_dynamic_and_not_always_the_same()
    {
        var ports = new HashSet<int>();
        for (int i = 0; i < 20; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            SocketPorts.Draw(socket);
            ports.Add(((IPEndPoint)socket.LocalEndPoint!).Port);
        }
        Assert.True(ports.Count > 10);
        Assert.All(ports, port => Assert.InRange(port, 49152, 65535));
    }

    [Fact]
    public void A_socket_with_a_drawn_port_sends_and_receives()
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveTimeout = 20_000,
        };
        SocketPorts.Draw(client);
        client.Connect(server.LocalEndPoint!);
        client.Send("ask"u8);
        byte[] room = new byte[16];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal(3, server.ReceiveFrom(room, ref from));
        server.SendTo("answer"u8, from);
        Assert.Equal(6, client.Receive(room));
    }
}
