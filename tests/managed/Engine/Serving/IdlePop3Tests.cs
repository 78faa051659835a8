using System.Net.Sockets;
using MailModule.Tests.Engine.Serving.Handlers;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Serving;

/// <summary>What a session takes that has logged in and rests.</summary>
[Collection(AloneCollection.Name)]
public class IdlePop3Tests
{
    private const int First = 100, Sessions = 1_000;

    // The client's side is in this process too, with some 600 octets for each. What is gone already counts as well: it
    // fills memory until the collector looks for it (decision 0072).
    [Fact]
    public void A_session_behind_its_login_takes_less_than_4_kib()
    {
        string[] users = [.. Enumerable.Range(0, First + Sessions).Select(n => $"user=user{n};secret;;PS")];
        using var run = new Pop3HandlerRun([.. users, "pop_apop=1"]);
        var clients = new List<Pop3Wire>();
        byte[] room = new byte[1024];
        try
        {
            for (int n = 0; n < First; n++)
                Open(n); // what there is once
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            for (int n = First; n < First + Sessions; n++)
                Open(n);
            Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - allocated) / Sessions, 1, 4_800);
            Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / Sessions, 1, 4_096);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        void Open(int number)
        {
            var client = new Pop3Wire(run.Server.Port);
            clients.Add(client);
            client.Send($"USER user{number}\r\nPASS secret\r\n");
            int got = 0;
            while (!room.AsSpan(0, got).EndsWith("+OK 0 messages (0 octets)\r\n"u8))
            {
                int count = client.Socket.Receive(room, got, room.Length - got, SocketFlags.None);
                Assert.True(count > 0, "the connection ended");
                got += count;
            }
        }
    }
}
