namespace MailModule.Pop3.Client;

/// <summary>What a server's answer to CAPA offers (RFC 2449 §5). Immutable.</summary>
internal sealed class Pop3Capabilities
{
    /// <summary>CAPA was not said yet, or what it was answered counts no more.</summary>
    public static readonly Pop3Capabilities Unknown = new([], isKnown: false);

    /// <summary>The server has refused to tell: it is of before RFC 2449.</summary>
    public static readonly Pop3Capabilities None = new([]);

    private readonly Dictionary<string, string> _byKeyword = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="lines">Of the answer, without its first and its last.</param>
    public Pop3Capabilities(IEnumerable<string> lines)
        : this(lines, isKnown: true)
    {
    }

    private Pop3Capabilities(IEnumerable<string> lines, bool isKnown)
    {
        IsKnown = isKnown;
        Lines = [.. lines];
        foreach (string line in Lines)
        {
            int blank = line.IndexOf(' ', StringComparison.Ordinal);
            _byKeyword[blank < 0 ? line : line[..blank]] = blank < 0 ? "" : line[(blank + 1)..].Trim();
        }
    }

    /// <summary>CAPA was answered.</summary>
    public bool IsKnown { get; }

    /// <summary>As the server has written them.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Commands may be said before earlier ones are answered (RFC 2449 §6.6).</summary>
    public bool Pipelining => Has("PIPELINING");

    /// <summary>
    /// USER and PASS may be tried (RFC 2449 §6.3): they are offered, or the server does not tell what it offers.
    /// </summary>
    public bool MayHaveUser => Has("USER") || Lines.Count == 0;

    /// <summary>Mechanisms for AUTH (RFC 5034 §6).</summary>
    public string[] LoginMechanisms => ParametersOf("SASL").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public bool Has(string keyword) => _byKeyword.ContainsKey(keyword);

    /// <summary>What follows the keyword; empty if nothing does or the keyword is not there.</summary>
    public string ParametersOf(string keyword) => _byKeyword.GetValueOrDefault(keyword, "");
}
