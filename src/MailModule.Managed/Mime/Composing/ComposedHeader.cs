using System.Text;
using MailModule.Dns;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Mime.Composing;

/// <summary>The fields of a message that is made, checked and in wire form.</summary>
internal sealed class ComposedHeader
{
    /// <summary>Octets of a word that stays as it is: a line with it is within what mail may have.</summary>
    private const int LongestWord = 900;

    private const int LongestName = 76;

    // RFC 5322 §3.6: fields with addresses, and those that stand once
    private static readonly HashSet<string> s_addresses = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Reply-To", "Sender", "Resent-From", "Resent-To", "Resent-Cc", "Resent-Bcc",
        "Resent-Sender", "Resent-Reply-To", "Disposition-Notification-To",
    };

    private static readonly HashSet<string> s_once = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject",
    };

    private static readonly HashSet<string> s_ids = new(StringComparer.OrdinalIgnoreCase)
    {
        "Message-ID", "In-Reply-To", "References", "Resent-Message-ID",
    };

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly StringBuilder _fields = new();
    private IReadOnlyList<NamedAddress> _from = [];

    /// <summary>What keeps the message from being one; null: nothing.</summary>
    public string? FindProblem()
    {
        if (_from.Count == 0)
            return "the message has no field From";
        // RFC 5322 §3.6.2
        return _from.Count > 1 && !_names.Contains("Sender")
            ? "From has several addresses, and there is no Sender"
            : null;
    }

    /// <summary><see cref="Fault.Argument"/>, with what is wrong.</summary>
    public Fault Add(string name, string text)
    {
        string? problem = FindProblem(name, text);
        var field = new FieldWriter(name);
        if (problem is null && s_addresses.Contains(name))
            problem = AddAddresses(field, name, text);
        else if (problem is null)
            AddText(field, name, text);
        if (problem is not null)
            return FaultReason.Because(Fault.Argument, problem);
        _names.Add(name);
        _fields.Append(field);
        return Fault.None;
    }

    /// <summary>All fields but those about the content, with those that every message has.</summary>
    public string Write(DateTimeOffset now)
    {
        var missing = new StringBuilder();
        Span<byte> date = stackalloc byte[64];
        if (!_names.Contains("Date"))
            missing.Append("Date: ").Append(Encoding.ASCII.GetString(date[..TraceHeaders.WriteDate(now, date)]))
                .Append("\r\n");
        if (!_names.Contains("Message-ID"))
            missing.Append("Message-ID: <").Append(RandomOctets.Hex(16)).Append('@').Append(OwnDomain).Append(">\r\n");
        return $"{missing}{_fields}MIME-Version: 1.0\r\n";
    }

    // RFC 5322 §3.6.4: that of whoever writes makes an id one of its kind.
    private string OwnDomain
    {
        get
        {
            string domain = _from[0].Address.Domain;
            bool isUsable = Ascii.IsValid(domain) || DnsName.TryNormalize(domain, out domain);
            return isUsable && domain.Length > 0 ? domain : "localhost";
        }
    }

    private string? FindProblem(string name, string text)
    {
        if (name.Length is 0 or > LongestName || name.Contains(':') || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return "name is none of a field: 1 to 76 visible characters of ASCII, without a colon";
        if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("MIME-Version", StringComparison.OrdinalIgnoreCase))
            return $"{name} is written by the library";
        if (text.Any(c => char.IsControl(c) && c != '\t'))
            return $"text has CR, LF, NUL or another control character in it: {name}";
        if (s_once.Contains(name) && _names.Contains(name))
            return $"{name} stands once in a header, and is there";
        if (name.Equals("Date", StringComparison.OrdinalIgnoreCase) && !DateField.TryRead(text, out _))
            return $"Date is no time: {text}";
        bool isId = !s_ids.Contains(name) || text.StartsWith('<') && text.EndsWith('>')
            && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
        return isId ? null : $"{name} is one or more ids in angle brackets: {text}";
    }

    private string? AddAddresses(FieldWriter field, string name, string text)
    {
        if (!AddressListParser.TryParse(text, out IReadOnlyList<NamedAddress> addresses, out string wrong))
            return $"{name}: {wrong}";
        if (addresses.Count == 0)
            return $"{name} has no address";
        var ascii = new List<NamedAddress>(addresses.Count);
        foreach (NamedAddress one in addresses)
        {
            if (!AddressDomain.TryMakeAscii(one.Address, out MailAddress address))
                return $"{name}: no name server can know this domain: {one.Address}";
            ascii.Add(one with { Address = address });
        }
        if (ascii.Count > 1 && name.Equals("Sender", StringComparison.OrdinalIgnoreCase))
            return "Sender is one address";
        if (name.Equals("From", StringComparison.OrdinalIgnoreCase))
            _from = ascii;
        HeaderText.AddAddresses(field, ascii);
        return null;
    }

    // A field that programs read, such as List-Unsubscribe, has no encoded-words: what is ASCII stays as it is.
    private static void AddText(FieldWriter field, string name, string text)
    {
        bool isForPeople = name.Equals("Subject", StringComparison.OrdinalIgnoreCase);
        string[] words = text.Split(' ');
        bool isPlain = !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("=?")
            && words.All(word => word.Length is > 0 and <= LongestWord);
        if (isForPeople || !isPlain)
            HeaderText.AddText(field, text);
        else
            foreach (string word in words)
                field.Add(' ' + word);
    }
}
