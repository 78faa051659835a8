using System.Buffers.Text;
using System.Text;
using MailModule.Transport;

namespace MailModule.Pop3.Server;

/// <summary>Every text the server says. Response codes: RFC 2449 §8, RFC 3206.</summary>
internal static class Pop3Replies
{
    // RFC 2449 §4: a first line of a reply is at most 512 octets with its CRLF.
    private const int TextLimit = 500;

    /// <summary>Octets of a line with two numbers at most.</summary>
    private const int LineRoom = 2 * 20 + 3;

    /// <summary>Octets that <see cref="MessageFollows(Span{byte}, long)"/> needs at most.</summary>
    public const int MessageFollowsRoom = 40;

    public static ReadOnlySpan<byte> Ok => "+OK\r\n"u8;
    public static ReadOnlySpan<byte> SendPassword => "+OK send PASS\r\n"u8;
    public static ReadOnlySpan<byte> BeginTls => "+OK begin TLS\r\n"u8;
    public static ReadOnlySpan<byte> Goodbye => "+OK goodbye\r\n"u8;
    private static ReadOnlySpan<byte> CapabilitiesFollow => "+OK capabilities follow\r\n"u8;
    public static ReadOnlySpan<byte> ListFollows => "+OK list follows\r\n"u8;
    public static ReadOnlySpan<byte> TopFollows => "+OK top follows\r\n"u8;
    public static ReadOnlySpan<byte> Deleted => "+OK marked for deletion\r\n"u8;
    public static ReadOnlySpan<byte> UnknownCommand => "-ERR unknown command\r\n"u8;
    public static ReadOnlySpan<byte> LineTooLong => "-ERR command line too long\r\n"u8;
    public static ReadOnlySpan<byte> BadArgument => "-ERR wrong argument\r\n"u8;
    public static ReadOnlySpan<byte> NotNow => "-ERR not allowed in this state\r\n"u8;
    public static ReadOnlySpan<byte> UserFirst => "-ERR send USER first\r\n"u8;
    public static ReadOnlySpan<byte> TlsFirst => "-ERR [AUTH] passwords are taken under TLS only\r\n"u8;
    public static ReadOnlySpan<byte> UnknownMechanism => "-ERR this mechanism is not offered\r\n"u8;
    public static ReadOnlySpan<byte> ServerFirst => "-ERR in this mechanism the server speaks first\r\n"u8;
    public static ReadOnlySpan<byte> BadAuthResponse => "-ERR this is no message of the mechanism\r\n"u8;
    public static ReadOnlySpan<byte> AuthCancelled => "-ERR authentication cancelled\r\n"u8;
    public static ReadOnlySpan<byte> NoApop => "-ERR APOP is not offered\r\n"u8;
    public static ReadOnlySpan<byte> Utf8On => "+OK UTF8 enabled\r\n"u8;
    public static ReadOnlySpan<byte> NoTls => "-ERR TLS is not available\r\n"u8;
    public static ReadOnlySpan<byte> TlsAlready => "-ERR TLS is active already\r\n"u8;
    public static ReadOnlySpan<byte> NoSuchMessage => "-ERR no such message\r\n"u8;
    public static ReadOnlySpan<byte> TooManyErrors => "-ERR too many errors\r\n"u8;
    public static ReadOnlySpan<byte> NotPop3 => "-ERR this is not POP3, closing connection\r\n"u8;
    public static ReadOnlySpan<byte> EndOfList => ".\r\n"u8;

    public const string NotServed = "[SYS/PERM] your connection is not taken here";
    public const string NoSuchCommand = "unknown command";
    public const string NoCapabilities = "[SYS/TEMP] no capabilities now";
    public const string NoopRefused = "not now";
    public const string NotMarked = "the message cannot be deleted";
    public const string NotReset = "no message is marked any more, whatever the refusal";
    public const string LoginFailed = "[AUTH] authentication failed";
    public const string CannotOpen = "[SYS/TEMP] the message cannot be read";
    public const string NotAllDeleted = "[SYS/TEMP] some messages could not be deleted";

    /// <summary>What a client hears whose session ends; empty: nothing.</summary>
    public static ReadOnlySpan<byte> Expired(ExpiryReason reason) => reason switch
    {
        ExpiryReason.Slow => "-ERR [SYS/TEMP] too slow, closing\r\n"u8,
        ExpiryReason.Stopping => "-ERR [SYS/TEMP] closing down\r\n"u8,
        _ => default,
    };

    /// <param name="stamp">For APOP, of ASCII: a client looks for it anywhere in the line (RFC 1939 §7); null: none.
    /// </param>
    public static void Greeting(Output output, string text, string? stamp)
    {
        Text(output, "+OK "u8, text, TextLimit - (stamp?.Length ?? 0));
        if (stamp is not null)
        {
            output.Write(" "u8);
            output.Write(stamp);
        }
        output.Write("\r\n"u8);
    }

    /// <summary>A challenge of SASL (RFC 5034 §4).</summary>
    public static void Challenge(Output output, byte[] challenge)
    {
        output.Write("+ "u8);
        Span<byte> text = new byte[Base64.GetMaxEncodedToUtf8Length(challenge.Length)];
        Base64.EncodeToUtf8(challenge, text, out _, out int length);
        output.Write(text[..length]);
        output.Write("\r\n"u8);
    }

    /// <summary>RFC 6856 §3: the tag of what was chosen stands first.</summary>
    /// <param name="tag">Empty: there is no such language.</param>
    public static void Language(Output output, ReadOnlySpan<byte> tag)
    {
        output.Write(tag.IsEmpty ? "-ERR no such language"u8 : "+OK "u8);
        output.Write(tag);
        output.Write(tag.IsEmpty ? "\r\n"u8 : " English is spoken\r\n"u8);
    }

    /// <summary>
    /// Its response code says that it is refused as things are now, and not for what the client has told
    /// (RFC 2449 §8.1, RFC 3206 §4).
    /// </summary>
    public static bool IsOfNow(string text)
        => text.StartsWith("[IN-USE]", StringComparison.Ordinal) || text.StartsWith("[SYS/", StringComparison.Ordinal)
            || text.StartsWith("[LOGIN-DELAY]", StringComparison.Ordinal);

    public static void Capabilities(Output output, Pop3Session session)
    {
        output.Write(CapabilitiesFollow);
        IReadOnlyList<Pop3Capability> capabilities = session.Options.Capabilities;
        for (int i = 0; i < capabilities.Count; i++)
            capabilities[i].Write(session, output);
        foreach (string line in session.MoreCapabilities)
            Line(output, default, line);
        output.Write(EndOfList);
    }

    public static void Positive(Output output, string text) => Line(output, "+OK "u8, text);

    public static void Negative(Output output, string text) => Line(output, "-ERR "u8, text);

    public static void LoggedIn(Output output, int count, long size)
    {
        output.Write("+OK "u8);
        Number(output, count);
        output.Write(" messages ("u8);
        Number(output, size);
        output.Write(" octets)\r\n"u8);
    }

    /// <summary>"+OK first second", as STAT and LIST with a number answer.</summary>
    public static void Pair(Output output, long first, long second)
    {
        output.Write("+OK "u8);
        output.Advance(ListLine(output.GetSpan(LineRoom), first, second));
    }

    /// <summary>A line of LIST; the octets that it takes.</summary>
    public static int ListLine(Span<byte> room, long number, long size)
    {
        Utf8Formatter.TryFormat(number, room, out int at);
        room[at++] = (byte)' ';
        Utf8Formatter.TryFormat(size, room[at..], out int digits);
        return EndLine(room, at + digits);
    }

    /// <summary>A line of UIDL; the octets that it takes.</summary>
    public static int UidlLine(Span<byte> room, long number, ReadOnlySpan<byte> id)
    {
        Utf8Formatter.TryFormat(number, room, out int at);
        room[at++] = (byte)' ';
        id.CopyTo(room[at..]);
        return EndLine(room, at + id.Length);
    }

    private static int EndLine(Span<byte> room, int at)
    {
        "\r\n"u8.CopyTo(room[at..]);
        return at + 2;
    }

    public static void MessageFollows(Output output, long size)
        => output.Advance(MessageFollows(output.GetSpan(MessageFollowsRoom), size));

    public static int MessageFollows(Span<byte> room, long size)
    {
        "+OK "u8.CopyTo(room);
        Utf8Formatter.TryFormat(size, room[4..], out int digits);
        " octets\r\n"u8.CopyTo(room[(4 + digits)..]);
        return 4 + digits + 9;
    }

    // What comes from a host or a backend can neither break the line nor outgrow it.
    private static void Line(Output output, ReadOnlySpan<byte> status, string text)
    {
        Text(output, status, text, TextLimit);
        output.Write("\r\n"u8);
    }

    private static void Text(Output output, ReadOnlySpan<byte> status, string text, int room)
    {
        output.Write(status);
        Span<byte> line = stackalloc byte[TextLimit];
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, room / 3)), line, out int length);
        foreach (ref byte octet in line[..length])
            octet = octet is < 0x20 or 0x7F ? (byte)'?' : octet;
        output.Write(line[..length]);
    }

    private static void Number(Output output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int digits);
        output.Advance(digits);
    }
}
