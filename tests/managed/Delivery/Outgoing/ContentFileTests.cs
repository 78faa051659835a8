using System.IO.Pipes;
using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Primitives;
using MailModule.Tests.Support;
using static MailModule.Tests.Support.ScriptedSmtpServer;

namespace MailModule.Tests.Delivery.Outgoing;

/// <summary>Texts that come from a file or a descriptor of the host's.</summary>
public class ContentFileTests
{
    private static readonly Func<bool> s_never = () => false;

    [Theory]
    [InlineData(10, true)]
    [InlineData(200_000, false)]
    public void A_file_becomes_the_text_small_by_copying_large_by_reading_it_where_it_is(int lines, bool isCopied)
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, string.Concat(Enumerable.Repeat("caf\u00e9\n", lines)));
        using var content = new SubmissionContent(folder.Path);
        Assert.Equal(Fault.None, ContentFile.TryOpen(path, out ContentFile? file));
        Assert.Equal(Fault.None, content.ReadFrom(file!, s_never));
        Assert.Equal(Fault.None, content.Finish());
        File.Delete(path);
        Assert.Equal((6L * lines, 7L * lines, true, isCopied),
            (content.Length, content.WireLength, content.IsEightBit, content.IsInMemory));
        byte[] buffer = new byte[6];
        Assert.Equal(Fault.None, content.Read(buffer, 6L * (lines - 1), out int count));
        Assert.Equal((6, "caf\u00e9\n"), (count, Encoding.UTF8.GetString(buffer)));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_descriptor_is_read_from_its_offset_on_and_its_owner_may_close_it()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, "skipped\nSubject: x\n");
        using var content = new SubmissionContent(folder.Path);
        ContentFile? file;
        using (FileStream stream = File.OpenRead(path))
        {
            stream.Position = 8;
            stream.Flush();
            Assert.Equal(8, Seek(stream, 8));
            Assert.Equal(Fault.None,
                ContentFile.TryDuplicate((int)stream.SafeFileHandle.DangerousGetHandle(), out file));
        }
        Assert.Equal(Fault.None, content.ReadFrom(file!, s_never));
        Assert.Equal(11, content.Length);
    }

    [Fact]
    public void A_pipe_is_read_to_its_end()
    {
        using var folder = new TemporaryFolder();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        Assert.Equal(Fault.None,
            ContentFile.TryDuplicate((int)pipe.ClientSafePipeHandle.DangerousGetHandle(), out ContentFile? file));
        pipe.DisposeLocalCopyOfClientHandle();
        new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
                pipe.Write("some words\n"u8);
            pipe.Dispose();
        }).Start();
        using var content = new SubmissionContent(folder.Path);
        Assert.False(file!.IsSeekable);
        Assert.Equal(Fault.None, content.ReadFrom(file, s_never));
        Assert.Equal(11_000, content.Length);
    }

    [Fact]
    public void A_pipe_that_nobody_writes_to_does_not_keep_a_message_that_is_cancelled()
    {
        using var folder = new TemporaryFolder();
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        Assert.Equal(Fault.None,
            ContentFile.TryDuplicate((int)pipe.ClientSafePipeHandle.DangerousGetHandle(), out ContentFile? file));
        using var content = new SubmissionContent(folder.Path);
        int asked = 0;
        Assert.Equal(Fault.Cancelled, content.ReadFrom(file!, () => ++asked == 3));
    }

    [Fact]
    public void What_is_not_there_or_no_file_is_said_at_once()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Fault.NotFound, ContentFile.TryOpen(Path.Combine(folder.Path, "gone"), out _));
        Assert.Equal(Fault.NotFound, ContentFile.TryOpen(Path.Combine(folder.Path, "gone", "further"), out _));
        Assert.Equal(Fault.Io, ContentFile.TryOpen(folder.Path, out _));
        Assert.Equal(Fault.Argument, ContentFile.TryDuplicate(-1, out _));
        Assert.Equal(Fault.Argument, ContentFile.TryDuplicate(1_000_000, out _));
    }

    [Fact]
    public void A_cancel_ends_the_reading()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Fault.None, ContentFile.TryOpen(Write(folder, "x\n"), out ContentFile? file));
        using var content = new SubmissionContent(folder.Path);
        Assert.Equal(Fault.Cancelled, content.ReadFrom(file!, () => true));
    }

    [Fact]
    public void A_file_that_becomes_shorter_does_not_pass_for_the_whole_message()
    {
        using var folder = new TemporaryFolder();
        string path = Write(folder, string.Concat(Enumerable.Repeat("a line\n", 100_000)));
        using var server = new ScriptedSmtpServer(null, Plain("250 ok"));
        using var outbox = new Outbox();
        Assert.Equal(Fault.None, ContentFile.TryOpen(path, out ContentFile? file));
        SubmissionContent content = outbox.NewContent();
        Assert.Equal(Fault.None, content.ReadFrom(file!, s_never));
        Submission submission = outbox.Prepare(content, server.Port);
        File.WriteAllText(path, "shorter\n");
        submission.Start();
        submission.Wait();
        Assert.Equal(Fault.Io, submission.Outcome);
        Assert.Empty(server.Texts);
    }

    [Fact]
    public void A_text_is_asked_for_once_however_many_hosts_get_it()
    {
        int asked = 0;
        using var server = new ScriptedSmtpServer(
            null, [.. Plain("250 ok")[..8], "451 no", Line, "221 bye"], Plain("250 ok"));
        using var outbox = new Outbox { Rules = Outbox.ToLoopback(server.Port) };
        outbox.Dns.Mx("b.example", (10, "one.b.example"), (20, "two.b.example"))
            .Addresses("one.b.example", "127.0.0.1")
            .Addresses("two.b.example", "127.0.0.1");
        var request = new SubmissionRequest
        {
            Route = SubmissionRoute.Direct,
            From = Outbox.Address("ann@a.example"),
            Recipients = Outbox.Recipients("a@b.example"),
        };
        var options = new MailModule.Delivery.Remote.RemoteOptions { HelloName = "client.example" };
        Submission submission = outbox.Prepare(request, outbox.NewContent(), options, fill: content =>
        {
            asked++;
            return content.Write("Subject: x\n\nthe text\n"u8);
        });
        submission.Start();
        submission.Wait();
        Assert.Equal((Fault.None, 1, 2), (submission.Outcome, asked, server.Connections));
        Assert.EndsWith("the text\r\n.\r\n", server.Texts.Single(), StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string content)
    {
        string path = Path.Combine(folder.Path, "text");
        File.WriteAllText(path, content);
        return path;
    }

    // The stream keeps its place to itself.
    private static long Seek(FileStream stream, long offset)
        => lseek((int)stream.SafeFileHandle.DangerousGetHandle(), offset, 0);

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern long lseek(int fd, long offset, int whence);
}
