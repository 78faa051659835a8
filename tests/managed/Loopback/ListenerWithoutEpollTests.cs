namespace MailModule.Tests.Loopback;

public sealed class ListenerWithoutEpollTests : ListenerTests
{
    public ListenerWithoutEpollTests() => Loop.BySocketEngine.Value = true;
}
