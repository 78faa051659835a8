using System.Net;
using MailModule.Transport;

namespace MailModule.Smtp.Server;

/// <summary>What a session needs of its connection; sessions over memory bring their own.</summary>
internal interface ISmtpPeer
{
    IPEndPoint? RemoteEndPoint { get; }
    bool IsTls { get; }
    void Resume();
    ReadOnlySpan<byte> WaitForInput();
    void Consume(int count);
    bool SendBlocking(ReadOnlySpan<byte> octets);
}

/// <summary>A real connection.</summary>
internal sealed class ConnectionPeer(Connection connection) : ISmtpPeer
{
    public IPEndPoint? RemoteEndPoint => connection.RemoteEndPoint;
    public bool IsTls => connection.IsTls;
    public void Resume() => connection.Resume();
    public ReadOnlySpan<byte> WaitForInput() => connection.WaitForInput();
    public void Consume(int count) => connection.Consume(count);
    public bool SendBlocking(ReadOnlySpan<byte> octets) => connection.SendBlocking(octets);
}
