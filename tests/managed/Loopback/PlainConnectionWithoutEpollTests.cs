namespace MailModule.Tests.Loopback;

public sealed class PlainConnectionWithoutEpollTests : PlainConnectionTests
{
    public PlainConnectionWithoutEpollTests() => Loop.BySocketEngine.Value = true;
}
