using System.Runtime.CompilerServices;
using System.Text;
using MailModule.Mail.Logins;
using MailModule.Mail.Logins.Server;

namespace MailModule.Policy;

/// <summary>A password kept as it is. Empty: no login.</summary>
internal sealed class PlainPassword(string text) : StoredPassword
{
    private readonly byte[] _octets = Octets(text);

    public override bool IsEmpty => _octets.Length == 0;
    public override MechanismSet Mechanisms
        => IsEmpty ? MechanismSet.None : MechanismSet.OfPasswords | MechanismSet.OfDigests;
    public override byte[]? Plain => IsEmpty ? null : _octets;

    // RFC 5802 §2.2: the password is prepared by SASLprep, as the client has it too
    public override ScramKeys? KeysFor(ScramHash hash, ScramSalt salt)
        => IsEmpty ? null : ScramKeys.Of(hash, hash.Salted(
            Octets(SaslPrep.Prepare(Encoding.UTF8.GetString(_octets))), salt.Salt, salt.Iterations));

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
