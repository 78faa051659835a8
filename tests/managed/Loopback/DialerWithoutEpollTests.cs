namespace MailModule.Tests.Loopback;

public sealed class DialerWithoutEpollTests : DialerTests
{
    public DialerWithoutEpollTests() => Loop.BySocketEngine.Value = true;
}
