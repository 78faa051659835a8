using System.Security.Cryptography;
using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Authenticating;

/// <summary>
/// Keys that the host gave lately, so that they need not be read for each message. Of the text of a key no more than
/// its digest is kept. Any thread.
/// </summary>
internal sealed class RecentKeys
{
    private const int Limit = 64;

    private readonly record struct Name(string Domain, string Selector, string Digest);

    private readonly Lock _lock = new();
    private readonly Dictionary<Name, HostKey> _keys = [];
    private readonly Queue<Name> _order = [];

    /// <summary>As <see cref="HostKey.ReadText"/> and <see cref="HostKey.Read"/>.</summary>
    /// <param name="key">Not null when the result is None.</param>
    public Fault Read(GivenKey given, out HostKey? key)
    {
        key = null;
        if (!OpenSsl.IsThere)
            return FaultReason.Because(Fault.Tls, OpenSsl.Missing);
        Fault fault = HostKey.ReadText(given, out string pem);
        if (fault != Fault.None)
            return fault;
        var name = new Name(given.Domain, given.Selector, Digest(pem));
        lock (_lock)
            if (_keys.TryGetValue(name, out key))
                return Fault.None;
        fault = HostKey.Read(given, pem, out key);
        if (fault == Fault.None)
            Keep(name, key!);
        return fault;
    }

    private void Keep(Name name, HostKey key)
    {
        lock (_lock)
        {
            if (!_keys.TryAdd(name, key))
                return;
            _order.Enqueue(name);
            // What falls out may be in use: its handles are closed when nobody has it any more.
            if (_order.Count > Limit)
                _keys.Remove(_order.Dequeue());
        }
    }

    private static string Digest(string pem) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(pem)));
}
