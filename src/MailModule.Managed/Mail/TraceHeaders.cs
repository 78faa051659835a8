using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailModule.Mail;

/// <summary>Trace information (RFC 5321 §4.4): how this host received a message, for its Received field.</summary>
/// <param name="HostName">Our name.</param>
/// <param name="Id">The message's id here; empty for none.</param>
/// <param name="Extended">EHLO was said.</param>
/// <param name="TlsDescription">Protocol version and cipher; null if TLS was not used.</param>
internal readonly record struct TraceInfo(string HostName, string Id, bool Extended, string? TlsDescription)
{
    /// <summary>The client's name, where somebody has looked it up; null: nobody has.</summary>
    public string? ClientName { get; init; }

    /// <summary>LMTP (RFC 2033).</summary>
    public bool IsLmtp { get; init; }

    /// <summary>By POP3 (RFC 1939), out of a mailbox of the host that the envelope names.</summary>
    public bool IsFetched { get; init; }
}

/// <summary>
/// Writes the trace fields (RFC 5321 §4.4) in wire form, with CRLF. What a client chose cannot add a line or a comment;
/// nor can a name make a message that is ASCII need SMTPUTF8 (RFC 6531 §3.7.3).
/// </summary>
internal static class TraceHeaders
{
    public static void WriteReceived(IBufferWriter<byte> output, Envelope envelope, in TraceInfo trace)
    {
        string tls = trace.TlsDescription ?? "";
        string recipient = RecipientOf(envelope);
        string name = trace.ClientName ?? "";
        int chosen = envelope.Helo.Length + tls.Length + trace.HostName.Length + trace.Id.Length + recipient.Length
            + name.Length;
        var field = new Field(output, 256 + chosen * 3);
        field.Add("Received: "u8);
        bool isBySmtp = envelope.Client is not null || envelope.Helo.Length > 0;
        if (isBySmtp)
            AddFrom(ref field, envelope, name, tls);
        field.Add("by "u8);
        field.AddWord(trace.HostName);
        if (isBySmtp)
            AddProtocol(ref field, envelope, trace);
        if (trace.Id.Length > 0)
        {
            field.Add(" id "u8);
            field.AddWord(trace.Id);
        }
        if (recipient.Length > 0)
        {
            field.Add("\r\n\tfor <"u8);
            field.Add(recipient);
            field.Add(">"u8);
        }
        field.Add("; "u8);
        field.AddDate(envelope.Received);
        field.Add("\r\n"u8);
        field.Commit(output);
    }

    /// <summary>
    /// RFC 9228: the recipient that a message had when it was sent on from here. A loop is recognized by it.
    /// </summary>
    public static void WriteDeliveredTo(IBufferWriter<byte> output, MailAddress recipient)
    {
        var field = new Field(output, 64 + recipient.WireText.Length * 3);
        field.Add("Delivered-To: "u8);
        field.Add(recipient.WireText);
        field.Add("\r\n"u8);
        field.Commit(output);
    }

    /// <summary>RFC 2919 §2: a name for a mailing list that lasts, made of its address.</summary>
    public static void WriteListId(IBufferWriter<byte> output, MailAddress list)
    {
        var field = new Field(output, 64 + list.Text.Length * 3);
        field.Add("List-Id: <"u8);
        field.AddDotAtom(list.LocalPart);
        field.Add("."u8);
        field.AddDotAtom(list.Domain);
        field.Add(">\r\n"u8);
        field.Commit(output);
    }

    /// <summary>Writes an RFC 5322 §3.3 date, 31 octets, and returns its length.</summary>
    public static int WriteDate(DateTimeOffset date, Span<byte> destination)
    {
        date.TryFormat(destination, out int length, "ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture);
        int minutes = (int)date.Offset.TotalMinutes;
        destination[length++] = minutes < 0 ? (byte)'-' : (byte)'+';
        minutes = Math.Abs(minutes);
        (minutes / 60 * 100 + minutes % 60)
            .TryFormat(destination[length..], out int digits, "0000", CultureInfo.InvariantCulture);
        return length + digits;
    }

    // RFC 5321 §7.6: the recipient is named only if there is one, so that no blind copy shows
    private static string RecipientOf(Envelope envelope)
    {
        if (envelope.Recipients is not [var only])
            return "";
        return only.Address.NeedsUtf8 && !envelope.Utf8 ? "" : only.Address.WireText;
    }

    // RFC 5321 §4.4: TCP-info is an address, with the name that the address has in front where that is known
    private static void AddFrom(ref Field field, Envelope envelope, string name, string tls)
    {
        IPAddress? client = envelope.Client?.Address;
        field.Add("from "u8);
        if (envelope.Helo.Length == 0)
            field.AddLiteral(client!);
        else
            field.AddWord(envelope.Helo);
        if (client is not null)
        {
            field.Add(" ("u8);
            field.AddWord(name);
            field.Add(name.Length > 0 ? " "u8 : ""u8);
            field.AddLiteral(client);
            field.Add(")"u8);
        }
        if (tls.Length > 0)
        {
            field.Add("\r\n\t(using "u8);
            field.Add(tls);
            field.Add(")"u8);
        }
        field.Add("\r\n\t"u8);
    }

    /// <summary>The names registered by RFC 3848 and RFC 6531 §4.3. LMTP is always extended.</summary>
    private static void AddProtocol(ref Field field, Envelope envelope, in TraceInfo trace)
    {
        field.Add(" with "u8);
        if (trace.IsFetched)
        {
            field.Add("POP3"u8);
            return;
        }
        if (trace.IsLmtp)
            field.Add(envelope.Utf8 ? "UTF8LMTP"u8 : "LMTP"u8);
        else
            field.Add(envelope.Utf8 ? "UTF8SMTP"u8 : trace.Extended ? "ESMTP"u8 : "SMTP"u8);
        if (!trace.Extended && !trace.IsLmtp && !envelope.Utf8)
            return;
        if (trace.TlsDescription is not null)
            field.Add("S"u8);
        if (envelope.AuthenticatedUser is not null)
            field.Add("A"u8);
    }

    /// <summary>A field being written into memory of known room.</summary>
    private ref struct Field(IBufferWriter<byte> output, int room)
    {
        private readonly Span<byte> _memory = output.GetSpan(room);
        private int _length;

        public void Add(scoped ReadOnlySpan<byte> octets)
        {
            octets.CopyTo(_memory[_length..]);
            _length += octets.Length;
        }

        public void Add(string text) => _length += Encoding.UTF8.GetBytes(text, _memory[_length..]);

        /// <summary>
        /// Text that a peer chose: what could end a word or open a comment becomes "?", and so does what is not ASCII.
        /// </summary>
        public void AddWord(string text)
        {
            int start = _length;
            Add(text);
            foreach (ref byte octet in _memory[start.._length])
                if (octet is <= (byte)' ' or (byte)'(' or (byte)')' or (byte)'<' or (byte)'>' or (byte)';' or (byte)'"'
                    or (byte)'\\' or (byte)',' or >= 0x7f)
                    octet = (byte)'?';
        }

        /// <summary>Text of which each octet that may not stand in a dot-atom becomes "-", a dot too that is not
        /// between two others.</summary>
        public void AddDotAtom(string text)
        {
            int start = _length;
            Add(text);
            byte before = (byte)'.';
            foreach (ref byte octet in _memory[start.._length])
            {
                bool isPlain = octet >= 0x80 || char.IsAsciiLetterOrDigit((char)octet)
                    || octet is (byte)'-' or (byte)'_' or (byte)'+' || octet == '.' && before != '.';
                before = octet = isPlain ? octet : (byte)'-';
            }
            if (before == '.' && _length > start)
                _memory[_length - 1] = (byte)'-';
        }

        /// <summary>RFC 5321 §4.1.3.</summary>
        public void AddLiteral(IPAddress address)
        {
            IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            bool isV6 = plain.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
            Add(isV6 ? "[IPv6:"u8 : "["u8);
            plain.TryFormat(_memory[_length..], out int length);
            int scope = isV6 ? _memory.Slice(_length, length).IndexOf((byte)'%') : -1;
            _length += scope < 0 ? length : scope;
            Add("]"u8);
        }

        public void AddDate(DateTimeOffset date) => _length += WriteDate(date, _memory[_length..]);

        public readonly void Commit(IBufferWriter<byte> output) => output.Advance(_length);
    }
}
