using System.Security.Cryptography;
using System.Text;

namespace MailModule.Policy;

/// <summary>
/// The last messages that a filter has refused, by who sent them to whom: one that comes again is refused before its
/// content. Any thread.
/// </summary>
internal sealed class CutMessages
{
    private const int Count = 16;

    private readonly Lock _lock = new();
    private readonly string[] _ring = new string[Count];
    private int _next;

    public static string KeyOf(string sender, string client, string helo, string recipients)
        => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{sender}\0{client}\0{helo}\0{recipients}")));

    public bool Contains(string key)
    {
        lock (_lock)
            return Array.IndexOf(_ring, key) >= 0;
    }

    public void Add(string key)
    {
        lock (_lock)
        {
            if (Array.IndexOf(_ring, key) >= 0)
                return;
            _ring[_next] = key;
            _next = (_next + 1) % Count;
        }
    }
}
