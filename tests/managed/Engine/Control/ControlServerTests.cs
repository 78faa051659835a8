using System.Net.Sockets;
using System.Runtime.Versioning;
using MailModule.Delivery.Queue;
using MailModule.Engine.Control;
using MailModule.Engine.Sending;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Engine.Control;

/// <summary>The control socket with real sockets, and its own client or anybody else.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ControlServerTests : IDisposable
{
    private static readonly byte[] s_served = [.. "MMCTL"u8, 1, 0, 0];

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedQueue _queue = new();
    private ControlServer? _server;

    public void Dispose()
    {
        _server?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_client_sees_the_queue_as_it_is()
    {
        using ControlClient client = Open();
        Assert.Equal(Fault.None, client.TryCount(out QueueCounts counts));
        Assert.Equal(_queue.Counts, counts);
        Assert.Equal([ScriptedQueue.Id], client.List());
        Assert.Equal(Fault.None, client.Find(ScriptedQueue.Id, out QueuedMessageView? message));
        Assert.Equal(1234, message!.Length);
        Assert.Equal(["bert@example.net", "carl@example.net"], message.Recipients.Select(one => one.Address.Text));
        Assert.Equal(451, message.Recipients[0].Result!.ReplyCode);
        Assert.Equal(Fault.NotFound, client.Find("other", out _));
        Assert.Equal("no such message", FaultReason.Take(Fault.NotFound));
    }

    [Fact]
    public void A_client_steers_the_queue()
    {
        using ControlClient client = Open();
        MailAddress.TryParse("x@example.com", out MailAddress target);
        Assert.Equal(Fault.None, client.Hold("a"));
        Assert.Equal(Fault.None, client.Release(null));
        Assert.Equal(Fault.None, client.Retry("b"));
        Assert.Equal(Fault.None, client.Remove("c"));
        Assert.Equal(Fault.None, client.Redirect("d", null, target, out string newId));
        Assert.Equal("new", newId);
        Assert.Equal("hold:a release: retry:b remove:c redirect:d,,x@example.com", _queue.Asked);
    }

    [Fact]
    public void Content_comes_whole_in_pieces_of_any_size()
    {
        using ControlClient client = Open();
        Assert.Equal(Fault.None, client.OpenContent(ScriptedQueue.Id, out Stream? content));
        using var all = new MemoryStream();
        using (content)
            content!.CopyTo(all, 7001);
        Assert.Equal(ScriptedQueue.Content, all.ToArray());
        Assert.Equal(Fault.NotFound, client.OpenContent("other", out _));
    }

    [Fact]
    public void A_long_queue_is_listed_whole_by_frames_of_a_bounded_size()
    {
        var queue = new ScriptedQueue { Messages = 100_000 };
        Start(queue);
        using ControlClient client = Connect();
        Assert.Equal(Fault.None, client.TryList(out IReadOnlyList<string> ids));
        Assert.Equal(queue.List(), ids);
    }

    [Fact]
    public void A_message_with_very_many_recipients_comes_whole()
    {
        Start(new ScriptedQueue { Recipients = 50_000 });
        using ControlClient client = Connect();
        Assert.Equal(Fault.None, client.Find(ScriptedQueue.Id, out QueuedMessageView? message));
        Assert.Equal(50_000, message!.Recipients.Count);
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    [Fact]
    public void The_socket_has_mode_0600_and_goes_at_the_end()
    {
        Start(_queue);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        _server!.Dispose();
        Assert.False(File.Exists(SocketPath));
        Assert.Equal(Fault.NotFound, ControlClient.Open(_folder.Path, out _));
    }

    [Fact]
    public void A_stale_socket_is_replaced()
    {
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath));
        // .NET takes the file away when it closes such a socket; a process that is killed does not.
        if (!File.Exists(SocketPath))
            MakeStale();
        Assert.Equal(Fault.Connect, ControlClient.Open(_folder.Path, out _));
        using ControlClient client = Open();
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    [Fact]
    public void The_socket_of_a_living_engine_is_not_replaced()
    {
        using ControlClient client = Open();
        Assert.Equal(Fault.Locked, ControlServer.TryOpen(_folder.Path, Log.None, out _, out string? text));
        Assert.Contains("another engine of this process", text, StringComparison.Ordinal);
        Assert.Equal(Fault.None, client.TryCount(out _));
        Assert.Equal(Fault.None, ControlClient.Open(SocketPath, out ControlClient? other));
        other!.Dispose();
    }

    [Fact]
    public void A_file_that_is_no_socket_stays()
    {
        File.WriteAllText(SocketPath, "mine");
        Assert.Equal(Fault.Io, ControlServer.TryOpen(_folder.Path, Log.None, out _, out string? text));
        Assert.Contains("no socket", text, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void A_folder_too_deep_for_an_address_will_do()
    {
        string deep = Path.Combine(_folder.Path, new string('d', 100), new string('e', 100));
        Assert.Equal(Fault.None, ControlServer.TryOpen(deep, Log.None, out _server, out _));
        Assert.True(_server!.Start(new ControlSubject(_queue, NoMessage)));
        Assert.Equal(Fault.None, ControlClient.Open(deep, out ControlClient? client));
        using (client)
            Assert.Equal(Fault.None, client!.TryCount(out _));
    }

    [Fact]
    public void An_engine_that_stops_cuts_its_clients()
    {
        using ControlClient client = Open();
        _server!.Dispose();
        Assert.Equal(Fault.Closed, client.TryCount(out _));
        Assert.Equal(Fault.Closed, client.TryCount(out _));
    }

    [Fact]
    public void A_client_that_was_let_go_for_idleness_comes_again()
    {
        using ControlClient client = Open();
        _server!.Dispose();
        Start(_queue);
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    [Fact]
    public void The_connection_too_many_is_told_so_and_the_others_go_on()
    {
        Start(_queue);
        List<ControlClient> clients = [.. Enumerable.Range(0, ControlServer.ConnectionLimit).Select(_ => Connect())];
        Assert.Equal(Fault.Limit, ControlClient.Open(_folder.Path, out _));
        Assert.All(clients, client => Assert.Equal(Fault.None, client.TryCount(out _)));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void A_client_who_says_nothing_holds_up_nobody()
    {
        Start(_queue);
        using Socket silent = Raw();
        silent.Send([0, 0, 0]);
        using ControlClient client = Connect();
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    [Fact]
    public void A_request_that_comes_octet_by_octet_is_one()
    {
        Start(_queue);
        using Socket raw = Raw();
        foreach (byte one in Request("hold"))
            raw.Send([one]);
        Assert.Equal(Fault.None, AnswerOf(raw));
        Assert.Equal("hold:hold", _queue.Asked);
    }

    [Fact]
    public void A_request_that_is_cut_anywhere_does_nothing()
    {
        Start(_queue);
        byte[] request = Request("hold");
        for (int length = 0; length < request.Length; length++)
        {
            using Socket raw = Raw();
            raw.Send(request.AsSpan(0, length));
            raw.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, raw.Receive(new byte[1]));
        }
        Assert.Equal("", _queue.Asked);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0x10, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 99 })]
    [InlineData(new byte[] { 0, 0, 0, 2, 1, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 1, 5 })]
    [InlineData(new byte[] { 0, 0, 0, 6, 5, 0, 0, 0, 9, 65 })]
    [InlineData(new byte[] { 0, 0, 0, 6, 5, 0, 0, 0, 1, 0xff })]
    [InlineData(new byte[] { 0, 0, 0, 5, 5, 0xff, 0xff, 0xff, 0xfe })]
    [InlineData(new byte[] { 69, 72, 76, 79, 32, 120, 13, 10 })]
    public void What_is_no_request_is_told_so_and_ends_the_connection(byte[] octets)
    {
        Start(_queue);
        using Socket raw = Raw();
        raw.Send(octets);
        Assert.Equal(Fault.Protocol, AnswerOf(raw));
        Assert.Equal("", _queue.Asked);
        using ControlClient client = Connect();
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    [Fact]
    public void Garbage_of_any_kind_ends_no_engine()
    {
        Start(_queue);
        var random = new Random(47);
        for (int i = 0; i < 200; i++)
        {
            using Socket raw = Raw();
            byte[] octets = new byte[random.Next(1, 60)];
            random.NextBytes(octets);
            if (i % 2 == 0)
                octets.AsSpan(0, Math.Min(octets.Length, 3)).Clear();
            raw.Send(octets);
            raw.Shutdown(SocketShutdown.Send);
            WaitForEnd(raw);
        }
        using ControlClient client = Connect();
        Assert.Equal(Fault.None, client.TryCount(out _));
    }

    private string SocketPath => ControlPath.In(_folder.Path);

    private static Fault NoMessage(string from, out ISending? message)
    {
        message = null;
        return Fault.NotSupported;
    }

    private void Start(ScriptedQueue queue)
    {
        Assert.Equal(Fault.None, ControlServer.TryOpen(_folder.Path, Log.None, out _server, out string? text));
        Assert.Null(text);
        Assert.True(_server!.Start(new ControlSubject(queue, NoMessage)));
    }

    private ControlClient Open()
    {
        Start(_queue);
        return Connect();
    }

    private ControlClient Connect()
    {
        Assert.Equal(Fault.None, ControlClient.Open(_folder.Path, out ControlClient? client));
        return client!;
    }

    // A socket that was bound under another name, and so is left where it is.
    private void MakeStale()
    {
        string other = _folder.In("other");
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(other));
        File.Move(other, SocketPath);
    }

    private Socket Raw()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        Assert.Equal(s_served, Receive(socket, s_served.Length));
        return socket;
    }

    // What the other side has not read when it closes makes a reset of the end.
    private static void WaitForEnd(Socket socket)
    {
        try
        {
            while (socket.Receive(new byte[4096]) > 0)
            {
            }
        }
        catch (SocketException e)
        {
            Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        }
    }

    private static byte[] Request(string id)
    {
        FrameWriter frame = FrameWriter.Of(ControlVerb.Hold);
        frame.Text(id);
        return frame.Finish().ToArray();
    }

    private static Fault AnswerOf(Socket socket)
    {
        int length = Receive(socket, ControlProtocol.HeaderLength)[^1];
        var answer = new FrameReader(Receive(socket, length));
        return (Fault)answer.Number();
    }

    private static byte[] Receive(Socket socket, int count)
    {
        byte[] octets = new byte[count];
        for (int got = 0; got < count;)
        {
            int more = socket.Receive(octets, got, count - got, SocketFlags.None);
            Assert.NotEqual(0, more);
            got += more;
        }
        return octets;
    }
}
