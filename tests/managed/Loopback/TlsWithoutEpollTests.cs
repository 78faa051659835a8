namespace MailModule.Tests.Loopback;

public sealed class TlsWithoutEpollTests : TlsTests
{
    public TlsWithoutEpollTests() => Loop.BySocketEngine.Value = true;
}

public sealed class TlsRecordWithoutEpollTests : TlsRecordTests
{
    public TlsRecordWithoutEpollTests() => Loop.BySocketEngine.Value = true;
}
