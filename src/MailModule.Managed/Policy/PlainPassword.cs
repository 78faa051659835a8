using System.Runtime.CompilerServices;

namespace MailModule.Policy;

/// <summary>A password kept as it is. Empty: no login.</summary>
internal sealed class PlainPassword(string text) : StoredPassword
{
    private readonly byte[] _octets = Octets(text);

    public override bool IsEmpty => _octets.Length == 0;

    public override bool Verify(string user, string realm, ReadOnlySpan<byte> password)
        => !IsEmpty & IsSame(password);

    // Every octet that was given is compared with some octet, whatever came before: the time taken tells how long that
    // is, which the other side knows, and nothing of content or length of ours.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private bool IsSame(ReadOnlySpan<byte> given)
    {
        int difference = given.Length ^ _octets.Length;
        int place = 0;
        for (int i = 0; i < given.Length; i++)
        {
            difference |= given[i] ^ (_octets.Length == 0 ? 0 : _octets[place]);
            place = place + 1 < _octets.Length ? place + 1 : 0;
        }
        return difference == 0;
    }
}
