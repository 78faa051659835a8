using MailModule.Transport;

namespace MailModule.Tests.Transport;

public class OpenSslReasonsTests
{
    [Theory]
    [InlineData("error:0A0000C1:SSL routines::no shared cipher", "no common cipher (no shared cipher)")]
    [InlineData("error:0A000102:SSL routines::unsupported protocol",
        "no common version of TLS: the peer's is too old (unsupported protocol)")]
    [InlineData("error:0A00042E:SSL routines::tlsv1 alert protocol version",
        "no common version of TLS, says the peer (tlsv1 alert protocol version)")]
    [InlineData("error:0A000410:SSL routines::sslv3 alert handshake failure",
        "the peer finds no common cipher or algorithm (sslv3 alert handshake failure)")]
    [InlineData("error:0A000418:SSL routines::tlsv1 alert unknown ca",
        "the peer does not take our certificate (tlsv1 alert unknown ca)")]
    [InlineData("error:0A000415:SSL routines::sslv3 alert certificate expired",
        "the peer does not take our certificate (sslv3 alert certificate expired)")]
    [InlineData("error:0A00010B:SSL routines::wrong version number",
        "the peer does not speak TLS (wrong version number)")]
    [InlineData("Failed (error:0A0003E7:SSL routines::something new).", "something new")]
    [InlineData("error:0A000440:SSL routines::alert", "the peer refuses the handshake, alert 88 (alert)")]
    [InlineData("error:05800074:x509 certificate routines::key values mismatch", "key values mismatch")]
    public void What_openssl_says_is_put_into_words_that_a_reader_of_the_log_knows(string said, string words)
        => Assert.Equal(words, OpenSslReasons.Find(said));

    [Theory]
    [InlineData("")]
    [InlineData("error:")]
    [InlineData("error:0A0000")]
    [InlineData("error: something")]
    [InlineData("no such thing")]
    public void What_is_no_word_of_openssl_is_left_alone(string said) => Assert.Null(OpenSslReasons.Find(said));
}
