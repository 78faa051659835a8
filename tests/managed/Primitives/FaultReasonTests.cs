using System.Net.Sockets;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Primitives;

public sealed class FaultReasonTests : IDisposable
{
    public void Dispose() => FaultReason.Clear();

    [Fact]
    public void A_reason_is_told_once_and_for_its_own_fault_alone()
    {
        Assert.Equal(Fault.Io, FaultReason.Because(Fault.Io, "the disk is on fire"));
        Assert.Equal("the disk is on fire", FaultReason.Take(Fault.Io));
        Assert.Null(FaultReason.Take(Fault.Io));
        FaultReason.Because(Fault.Io, "the disk is on fire");
        Assert.Null(FaultReason.Take(Fault.Full));
    }

    [Fact]
    public void Success_has_no_reason()
    {
        FaultReason.Because(Fault.None, "nothing");
        Assert.Null(FaultReason.Take(Fault.None));
    }

    [Fact]
    public void The_system_is_quoted_for_its_own_errors()
    {
        Assert.Equal(Fault.Full, SystemFault.Of(-Errno.NoSpace));
        Assert.Equal("No space left on device", SystemFault.Describe(Fault.Full));
        Assert.Equal(Fault.Io, SystemFault.Of(-Errno.NoAccess));
        Assert.Equal("Permission denied", SystemFault.Describe(Fault.Io));
        Assert.Equal(FaultWords.Of(Fault.Full), SystemFault.Describe(Fault.Full));
    }

    [Fact]
    public void An_exception_is_told_in_plain_words()
    {
        Assert.Equal("Connection refused", ExceptionWords.Of(new SocketException((int)SocketError.ConnectionRefused)));
        Assert.Equal("Too many open files", ExceptionWords.OfSocket(SocketError.TooManyOpenSockets));
        Exception missing = Assert.ThrowsAny<IOException>(() => File.ReadAllText("/nowhere/at/all"));
        Exception folder = Assert.ThrowsAny<UnauthorizedAccessException>(() => File.ReadAllText("/"));
        Exception[] all =
        [
            missing, folder, new OutOfMemoryException(), new InvalidOperationException("x"), new IOException("x"),
            new SocketException((int)SocketError.HostNotFound), new TimeoutException(), new FileNotFoundException(),
            new ArgumentException("x", nameof(missing)), ExceptionWords.Unreadable("it is a folder"),
        ];
        foreach (Exception e in all)
        {
            string words = ExceptionWords.Of(e);
            Assert.NotEmpty(words);
            Assert.DoesNotContain("Exception", words, StringComparison.Ordinal);
            Assert.DoesNotContain("Parameter", words, StringComparison.Ordinal);
            Assert.DoesNotContain("'", words, StringComparison.Ordinal);
        }
        Assert.Equal("it is a folder", ExceptionWords.Of(all[^1]));
    }
}
