using MailModule.Mail.Logins;

namespace MailModule.Pop3.Client;

/// <summary>
/// The ways to log in with one password, in their order, and what a refusal means for the next: servers lock accounts
/// whose password is said wrong again and again, and "-ERR" alone does not say whether the way was wrong or the
/// password. So a password is refused twice at most. One use.
/// </summary>
/// <param name="tellsWrongPasswords">The server offers AUTH-RESP-CODE (RFC 3206 §6).</param>
internal sealed class LoginWays(bool tellsWrongPasswords)
{
    private const int MostRefusals = 2;

    private readonly List<Pop3LoginWay> _ways = [];
    private bool _toldPassword;
    private bool _isOver;
    private int _refusals;

    public bool IsEmpty => _ways.Count == 0;

    /// <summary>What the user is to hear of; that the password is wrong tells more than that a way is not known.
    /// </summary>
    public Pop3Reply? Refusal { get; private set; }

    /// <summary>
    /// In this order: mechanisms that tell nothing of the password; APOP; mechanisms that tell it; USER and PASS.
    /// </summary>
    /// <param name="mechanisms">That the server has for what the client knows, the strongest first.</param>
    /// <param name="mayTell">The password may be told there, and a proof by MD5 be given.</param>
    public void AddAll(List<ISaslMechanism> mechanisms, bool hasApop, bool hasUser, bool mayTell)
    {
        Add(mechanisms.Where(one => !one.IsClearText));
        if (hasApop && mayTell)
            _ways.Add(Pop3LoginWay.Apop);
        Add(mechanisms.Where(one => one.IsClearText && mayTell));
        if (hasUser && mayTell)
            _ways.Add(Pop3LoginWay.UserAndPass);
    }

    public void Add(IEnumerable<ISaslMechanism> mechanisms)
        => _ways.AddRange(mechanisms.Select(one => new Pop3LoginWay(one)));

    /// <summary>
    /// Takes the next. A server may hold another secret for a proof than for the password, or none; so behind a refusal
    /// of the password comes the last of those that tell it, which every server understands.
    /// </summary>
    /// <returns>Null: no more are tried.</returns>
    public Pop3LoginWay? Next()
    {
        if (_isOver || _ways.Count == 0)
            return null;
        int at = _refusals == 0 ? 0 : Math.Max(0, _ways.FindLastIndex(one => one.TellsPassword));
        Pop3LoginWay way = _ways[at];
        _toldPassword = way.TellsPassword;
        _ways.RemoveAt(at);
        return way;
    }

    /// <summary>The server has refused the way that was taken last.</summary>
    /// <param name="isTried">The password was told, or a proof of it, before this answer.</param>
    public void Refused(Pop3Reply reply, bool isTried)
    {
        // RFC 3206 §5: [AUTH] says that the password is wrong, or the user; another code is of no way.
        bool isWrong = reply.HasCode("AUTH");
        if (Refusal is null || !Refusal.HasCode("AUTH"))
            Refusal = reply;
        if (isWrong || isTried && !tellsWrongPasswords)
            _refusals++;
        _isOver = reply.Code.Length > 0 && !isWrong || isWrong && _toldPassword || _refusals >= MostRefusals;
        if (reply.Code.Length > 0 && !isWrong)
            Refusal = reply;
    }
}
