using System.Text;
using MailModule.Engine.Connecting;
using MailModule.Engine.Retrieving;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Engine.Retrieving;

/// <summary>Fetching by the POP3 client, from a server on this machine.</summary>
public sealed class Pop3OutsideSessionTests : IDisposable
{
    private readonly Pop3ClientPlace _place = new();
    private readonly OpenClients _clients;

    public Pop3OutsideSessionTests()
    {
        Assert.Equal(Fault.None, _place.Engine.OpenRetrieval(out Retrieval? retrieval));
        _clients = retrieval!.Clients;
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_mailbox_is_listed_read_and_deleted_from()
    {
        using var server = new ScriptedSmtpServer(null,
            [.. s_login, Line, "+OK", "1 abc", "2 def", ".", Line, "+OK", "1 20", "2 9000000000", ".",
                Line, "+OK", "Subject: x", "", "..dot", ".", Line, "-ERR no", Line, "+OK", Line, "+OK bye"]);
        using IOutsideSession session = New();
        Assert.Equal((Fault.None, ""), (Open(session, server), session.Problem));
        var messages = new List<OutsideMessage>();
        Assert.Equal(Fault.None, session.List(messages.Add));
        Assert.Equal([new OutsideMessage(1, 20, "abc"), new OutsideMessage(2, 9_000_000_000, "def")], messages);
        var text = new StringBuilder();
        Fault Take(ReadOnlySpan<byte> piece)
        {
            text.Append(Encoding.ASCII.GetString(piece));
            return Fault.None;
        }
        Assert.Equal(Fault.None, session.Retrieve(1, Take));
        Assert.Equal("Subject: x\r\n\r\n.dot\r\n", text.ToString());
        Assert.Equal(Fault.RefusedPermanent, session.Retrieve(2, Take));
        Assert.Contains("-ERR no", session.Problem);
        Assert.Equal((Fault.None, Fault.None), (session.Delete(1), session.Quit()));
        Assert.Equal(["UIDL", "LIST", "RETR 1", "RETR 2", "DELE 1", "QUIT"], server.Lines.TakeLast(6));
    }

    [Fact]
    public void A_line_of_a_list_that_is_none_costs_its_message_alone()
    {
        using var server = new ScriptedSmtpServer(null,
            [.. s_login, Line, "+OK", "1 abc", "2", "x y", "4 d\u0001f", "5 e", ".", Line, "+OK", "1 20", "2 30",
                "3 what", "4 50", "5 x", ".", Hang]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.None, Open(session, server));
        var messages = new List<OutsideMessage>();
        Assert.Equal(Fault.None, session.List(messages.Add));
        Assert.Equal(
            [new(1, 20, "abc"), new(2, 30, ""), new(4, 50, ""), new OutsideMessage(5, 0, "e")], messages);
        Assert.Equal([true, false, false, true], messages.Select(one => one.HasGoodId));
    }

    [Fact]
    public void A_server_without_unique_ids_is_told_of_by_its_words()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line, "-ERR what?"]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.None, Open(session, server));
        Assert.Equal(Fault.NotSupported, session.List(_ => { }));
        Assert.Contains("-ERR what?", session.Problem);
    }

    [Theory]
    [InlineData("-ERR [IN-USE] busy", Fault.RefusedTemporary)]
    [InlineData("-ERR [SYS/TEMP] later", Fault.RefusedTemporary)]
    [InlineData("-ERR wrong", Fault.RefusedPermanent)]
    public void A_login_that_is_refused_is_for_now_or_for_good(string answer, Fault expected)
    {
        using var server = new ScriptedSmtpServer(null,
            ["+OK", Line, "-ERR", Line, "+OK", Line, answer, Line, "+OK"]);
        using IOutsideSession session = New();
        Assert.Equal((expected, ClientStage.Auth), (Open(session, server), session.Stage));
        Assert.Contains(answer, session.Problem);
        Assert.DoesNotContain("secret", session.Problem);
    }

    [Theory]
    [InlineData("USER", "-ERR bad password: secret", "-ERR bad password: ***")]
    [InlineData("SASL PLAIN", "-ERR what? AUTH PLAIN AGFubgBzZWNyZXQ=", "-ERR what? AUTH PLAIN ***")]
    [InlineData("SASL LOGIN", "-ERR not c2VjcmV0", "-ERR not ***")]
    [InlineData("USER", "secret", "***")]
    public void A_server_that_repeats_the_password_does_not_bring_it_into_a_log(
        string offered, string answer, string shown)
    {
        string[] before = offered == "USER" ? [Line, "+OK"] : [];
        using var server = new ScriptedSmtpServer(
            null, ["+OK", Line, "+OK", offered, ".", .. before, Line, answer, Line]);
        using IOutsideSession session = New();
        Assert.NotEqual(Fault.None, Open(session, server));
        Assert.Contains(shown, session.Problem);
        Assert.DoesNotContain("secret", session.Problem);
    }

    [Fact]
    public void A_server_that_closes_at_quit_without_a_word_is_no_failure_where_nothing_is_to_be_deleted()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.None, Open(session, server));
        Assert.Equal((Fault.None, ""), (session.Quit(), session.Problem));
        using var other = new ScriptedSmtpServer(null, [.. s_login, Line, "+OK", Line]);
        using IOutsideSession marked = New();
        Assert.Equal((Fault.None, Fault.None), (Open(marked, other), marked.Delete(1)));
        Assert.Equal(Fault.Closed, marked.Quit());
    }

    [Fact]
    public void Where_tls_is_wanted_and_refused_no_password_goes()
    {
        using var server = new ScriptedSmtpServer(null,
            ["+OK", Line, "+OK", "USER", ".", Line, "-ERR no", Line, "+OK"]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.Tls, Open(session, server, OutsideTls.StartTls));
        Assert.Equal(["CAPA", "STLS"], server.Lines);
    }

    [Theory]
    [InlineData(1, 3000)] // UIDL
    [InlineData(3, 3000)] // and LIST behind it
    public void A_listing_without_an_end_is_broken_off(int part, int lines)
    {
        string[] endless = [.. Enumerable.Range(1, lines).Select(number => $"{number} {number}")];
        string[] listings = part == 1 ? endless : ["1 abc", ".", Line, "+OK", .. endless];
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line, "+OK", .. listings]);
        using IOutsideSession session = New(listingLimit: 100_000);
        Assert.Equal(Fault.None, Open(session, server));
        Assert.Equal(Fault.Protocol, session.List(_ => Assert.Fail("listed")));
        Assert.Equal("the server's listing has no end", session.Problem);
        Assert.NotEqual(Fault.None, session.Quit());
    }

    [Fact]
    public void A_message_that_does_not_end_is_none()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line, "+OK", "Subject: x", "", "body"]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.None, Open(session, server));
        Assert.Equal(Fault.Closed, session.Retrieve(1, _ => Fault.None));
    }

    [Fact]
    public void A_message_that_cannot_be_kept_ends_the_session()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line, "+OK", "Subject: x", "", "body", "."]);
        using IOutsideSession session = New();
        Assert.Equal(Fault.None, Open(session, server));
        Assert.Equal(Fault.Full, session.Retrieve(1, _ => Fault.Full));
        Assert.Equal(Fault.State, session.Quit());
    }

    [Fact]
    public void A_cancel_ends_what_is_waited_for_and_what_begins_after_it()
    {
        using var server = new ScriptedSmtpServer(null, [.. s_login, Line, Line]);
        using IOutsideSession session = New();
        using var cancel = new CancellationTokenSource();
        Assert.Equal(Fault.None, Open(session, server, cancel: cancel.Token));
        cancel.CancelAfter(50);
        Assert.Equal(Fault.Cancelled, session.List(_ => { }));
        using IOutsideSession other = New();
        Assert.Equal(Fault.Cancelled, Open(other, server, cancel: cancel.Token));
    }

    // CAPA, USER, PASS
    private static readonly string[] s_login = ["+OK", Line, "-ERR", Line, "+OK", Line, "+OK"];

    private Pop3OutsideSession New(long listingLimit = 1 << 20) => new(
        (out OpenClients? running) =>
        {
            running = _clients;
            return Fault.None;
        })
    {
        ListingLimit = listingLimit,
    };

    private static Fault Open(
        IOutsideSession session, ScriptedSmtpServer server, OutsideTls tls = default,
        CancellationToken cancel = default)
        => session.Open(
            new OutsideMailbox("127.0.0.1", server.Port, "ann", "secret", "ann") { Tls = tls }, cancel);
}
