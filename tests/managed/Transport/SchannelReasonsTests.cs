using System.ComponentModel;
using System.Security.Authentication;
using System.Security.Cryptography;
using MailModule.Primitives.Os;
using MailModule.Transport;

namespace MailModule.Tests.Transport;

/// <summary>What Windows' TLS says, in words; the numbers are the same everywhere.</summary>
public class SchannelReasonsTests
{
    [Theory]
    [InlineData(0x80090331, "no common cipher or version of TLS")]
    [InlineData(0x80090325, "the certificate's root is not trusted")]
    [InlineData(0x8009030E, "the system does not take our certificate or its key")]
    public void A_failed_handshake_is_told_in_words(uint number, string expected)
    {
        var inner = new Win32Exception(unchecked((int)number));
        Assert.Equal(expected, TlsExceptions.Describe(new AuthenticationException("see inner exception", inner)));
    }

    [Fact]
    public void A_number_of_another_kind_is_told_by_the_system()
    {
        var inner = new Win32Exception(5, "as the system says it");
        Assert.Equal("as the system says it", TlsExceptions.Describe(new AuthenticationException("see inner", inner)));
    }

    [Fact]
    public void What_the_systems_cryptography_lacks_is_told_as_such()
    {
        var lacking = new CryptographicException(unchecked((int)0xC1000002));
        Assert.True(PlatformTls.IsLacking(lacking));
        Assert.Equal(PlatformTls.Lacking, TlsExceptions.Describe(lacking));
        Assert.False(PlatformTls.IsLacking(new CryptographicException("something else")));
    }
}
