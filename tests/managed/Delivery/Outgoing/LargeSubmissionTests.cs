using MailModule.Delivery.Outgoing;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Alone, because what everybody allocates is counted.</summary>
[Collection(AloneCollection.Name)]
public class LargeSubmissionTests
{
    [Fact]
    public void A_text_of_64_mebibytes_goes_in_little_memory()
    {
        const int Lines = 1 << 20;
        byte[] line = new byte[64];
        line.AsSpan().Fill((byte)'x');
        line[63] = (byte)'\n';
        using var server = new ScriptedSmtpServer(null, ScriptedSmtpServer.Plain("250 ok"));
        using var outbox = new Outbox();
        var listener = new Outbox.Listener();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        SubmissionContent text = outbox.NewContent();
        for (int i = 0; i < Lines; i++)
            text.Write(line);
        Submission submission = outbox.Prepare(text, server.Port, listener);
        submission.Start();
        submission.Wait();
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.Equal(Fault.None, submission.Outcome);
        Assert.Equal(65L * Lines + 3, server.TextLength);
        Assert.Equal((SubmissionState.Done, 64L * Lines, 0), listener.Final.Single());
        Assert.Empty(listener.Offences);
        Assert.InRange(allocated, 0, 16 << 20);
    }
}
