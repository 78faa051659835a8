using System.Globalization;

namespace MailModule.Smtp.Client;

/// <summary>What a server's EHLO or LHLO offers (RFC 5321 §4.1.1.1). Nothing, after HELO.</summary>
internal sealed class ServerExtensions
{
    public static readonly ServerExtensions None = new([]);

    private readonly Dictionary<string, string> _byKeyword = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="lines">The EHLO reply's lines without the first, which is the server's name.</param>
    /// <param name="isLmtp">It was LHLO.</param>
    public ServerExtensions(IEnumerable<string> lines, bool isLmtp = false)
    {
        IsLmtp = isLmtp;
        Lines = [.. lines];
        foreach (string line in Lines)
        {
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            _byKeyword[blank < 0 ? line : line[..blank]] = blank < 0 ? "" : line[(blank + 1)..].Trim();
        }
        Pipelining = Has("PIPELINING");
        EightBitMime = Has("8BITMIME");
        Utf8 = Has("SMTPUTF8");
        StartTls = Has("STARTTLS");
        Dsn = Has("DSN");
        Size = Has("SIZE");
        Chunking = Has("CHUNKING");
        DeliverBy = Has("DELIVERBY");
        long.TryParse(ParametersOf("SIZE"), NumberStyles.None, CultureInfo.InvariantCulture, out long limit);
        SizeLimit = limit;
    }

    /// <summary>The server speaks LMTP (RFC 2033).</summary>
    public bool IsLmtp { get; }

    /// <summary>As the server has written them.</summary>
    public IReadOnlyList<string> Lines { get; }

    public bool Pipelining { get; }
    public bool EightBitMime { get; }
    public bool Utf8 { get; }
    public bool StartTls { get; }
    /// <summary>RFC 3461 §4.</summary>
    public bool Dsn { get; }
    public bool Size { get; }

    /// <summary>BDAT (RFC 3030).</summary>
    public bool Chunking { get; }

    /// <summary>RFC 2852.</summary>
    public bool DeliverBy { get; }

    /// <summary>Largest message the server takes, in octets; 0 if it says none (RFC 1870 §3).</summary>
    public long SizeLimit { get; }

    /// <summary>SASL mechanisms for AUTH (RFC 4954 §3), those of the old form "AUTH=LOGIN" too.</summary>
    public IEnumerable<string> LoginMechanisms
        => _byKeyword.Where(pair => IsAuth(pair.Key))
            .Select(pair => $"{(pair.Key.Length > 5 ? pair.Key[5..] : "")} {pair.Value}")
            .SelectMany(names => names.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public bool Has(string keyword) => _byKeyword.ContainsKey(keyword);

    /// <summary>What follows the keyword; empty if nothing does or the keyword is not there.</summary>
    public string ParametersOf(string keyword) => _byKeyword.GetValueOrDefault(keyword, "");

    private static bool IsAuth(string keyword)
        => keyword.Equals("AUTH", StringComparison.OrdinalIgnoreCase)
            || keyword.StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase);
}
