using System.Net.Sockets;
using System.Runtime.InteropServices;
using MailModule.Primitives;

namespace MailModule.Tests.Primitives;

public class SocketWordsTests
{
    [Fact]
    public void Known_errors_have_the_words_that_linux_has_for_them()
    {
        SocketError[] known = [.. Enum.GetValues<SocketError>().Where(error => SocketWords.Of(error) is not null)];
        Assert.True(known.Length > 10);
        foreach (SocketError error in known.Where(error => error != SocketError.TooManyOpenSockets))
        {
            int number = new SocketException((int)error).NativeErrorCode;
            Assert.Equal(Marshal.GetPInvokeErrorMessage(number), ExceptionWords.OfSocket(error));
        }
    }

    [Fact]
    public void An_error_that_nobody_knows_is_a_failed_connection()
        => Assert.Equal(FaultWords.Of(Fault.Connect), ExceptionWords.OfSocket((SocketError)123456));
}
