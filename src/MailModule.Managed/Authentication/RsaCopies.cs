using System.Security.Cryptography;

namespace MailModule.Authentication;

/// <summary>
/// One RSA key for many threads. The platform's objects are for one thread at a time; a second one that comes meanwhile
/// gets a copy, which then stays, as long as there are no more than processors.
/// </summary>
internal sealed class RsaCopies
{
    private readonly RSA?[] _idle = new RSA?[Math.Max(1, Environment.ProcessorCount)];
    private readonly RSAParameters _parameters;

    /// <param name="key">The first of them; owned from now on.</param>
    /// <param name="hasPrivate">It has the private part.</param>
    public RsaCopies(RSA key, bool hasPrivate)
    {
        _parameters = key.ExportParameters(hasPrivate);
        Bits = key.KeySize;
        _idle[0] = key;
    }

    public int Bits { get; }

    /// <summary>Octets of the public exponent; it decides what verifying costs.</summary>
    public int ExponentLength => _parameters.Exponent!.Length;

    /// <summary>One for the caller alone, until it is given back.</summary>
    public RSA Take()
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } key)
                return key;
        return RSA.Create(_parameters);
    }

    public void GiveBack(RSA key)
    {
        for (int i = 0; i < _idle.Length; i++)
            if (_idle[i] is null && Interlocked.CompareExchange(ref _idle[i], key, null) is null)
                return;
        key.Dispose();
    }
}
