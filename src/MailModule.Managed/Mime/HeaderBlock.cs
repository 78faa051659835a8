using MailModule.Mail;
using MimeKit;

namespace MailModule.Mime;

/// <summary>What a part's header says about the form of its content, and where.</summary>
internal sealed class HeaderBlock(long begin)
{
    private readonly List<Edit> _encodingFields = [];
    private Edit? _typeField;

    /// <summary>Where one more field may stand: behind the last.</summary>
    public long End { get; private set; } = begin;

    public bool HasContentType => _typeField is not null;
    public bool HasMimeVersion { get; private set; }

    /// <summary>Content-Transfer-Encoding in small letters; empty: none is said.</summary>
    public string Encoding { get; private set; } = "";

    public ContentTraits Traits { get; private set; }

    /// <summary>RFC 2045 §6.2: the content stands there as it is.</summary>
    public bool IsIdentity => Encoding is "" or "7bit" or "8bit" or "binary";

    public void Add(Header header, long start, long end, ContentTraits traits)
    {
        End = end;
        Traits |= traits;
        if (header.Id == HeaderId.ContentType)
            _typeField ??= new Edit(start, end, null);
        HasMimeVersion |= header.Id == HeaderId.MimeVersion;
        if (header.Id != HeaderId.ContentTransferEncoding)
            return;
        if (_encodingFields.Count == 0)
            Encoding = TransferEncoding.Read(header.Value);
        _encodingFields.Add(new Edit(start, end, []));
    }

    /// <summary>
    /// The field Content-Transfer-Encoding with another value, and other fields before it. Where it stood several
    /// times it stands once: a reader may go by the last.
    /// </summary>
    public IEnumerable<Edit> EncodingField(string value, string more = "")
    {
        byte[] fields = System.Text.Encoding.ASCII.GetBytes($"{more}Content-Transfer-Encoding: {value}\n");
        return _encodingFields.Count == 0
            ? [Edit.Insert(End, fields)]
            : [_encodingFields[0] with { Octets = fields }, .. _encodingFields.Skip(1)];
    }

    /// <summary>The field Content-Type with another value; null: there is none to change.</summary>
    public Edit? TypeField(string value)
        => _typeField is { } place
            ? place with { Octets = System.Text.Encoding.ASCII.GetBytes($"Content-Type: {value}\n") }
            : null;
}
