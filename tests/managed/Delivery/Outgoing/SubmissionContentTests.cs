using System.Runtime.InteropServices;
using System.Text;
using MailModule.Delivery.Outgoing;
using MailModule.Lines;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Tests.Delivery.Outgoing;

public sealed class SubmissionContentTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "mailmodule-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, true);
    }

    [Fact]
    public void Every_short_text_is_measured_as_it_goes_on_the_wire_however_it_is_cut()
    {
        const string Alphabet = "\r\na";
        foreach (string text in Texts(Alphabet, 5))
            for (int cut = 0; cut <= text.Length; cut++)
            {
                using var whole = new SubmissionContent(_folder);
                whole.Write(Encoding.ASCII.GetBytes(text[..cut]));
                whole.Write(Encoding.ASCII.GetBytes(text[cut..]));
                Assert.Equal(Fault.None, whole.Finish());
                Assert.Equal(WireLengthOf(text), whole.WireLength);
            }
    }

    [Fact]
    public unsafe void A_piece_of_the_largest_size_behind_others_is_taken_or_fails_and_never_spins()
    {
        var disk = new FailingDisk(failAt: 5);
        using var content = new SubmissionContent(_folder, disk);
        Assert.Equal(Fault.None, content.Write("a few"u8));
        void* zeros = NativeMemory.AllocZeroed(int.MaxValue); // costs nothing before it is written to
        Assert.Equal(Fault.Full, content.Write(new ReadOnlySpan<byte>(zeros, int.MaxValue)));
        NativeMemory.Free(zeros);
        Assert.True(disk.HasFailed);
    }

    [Fact]
    public void A_large_text_moves_to_a_file_without_a_name_and_comes_back_whole()
    {
        using var content = new SubmissionContent(_folder);
        byte[] piece = new byte[10_000];
        var expected = new MemoryStream();
        for (int i = 0; i < 100; i++)
        {
            new Random(i).NextBytes(piece);
            expected.Write(piece);
            Assert.Equal(Fault.None, content.Write(piece));
        }
        Assert.False(content.IsInMemory);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(Fault.None, content.Finish());
        Assert.True(content.IsEightBit);
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(Read(content)));
    }

    [Fact]
    public void A_content_that_cannot_be_kept_says_where_and_why()
    {
        using var content = new SubmissionContent("/proc/none");
        while (content.Write(new byte[10_000]) == Fault.None)
        {
        }
        Assert.StartsWith("the message cannot be kept in /proc/none: ", content.Problem, StringComparison.Ordinal);
        Assert.Equal(Fault.Io, content.Write("x"u8));
        Assert.Equal(content.Problem, FaultReason.Take(Fault.Io));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData(128 * 1024 + 1)]
    [InlineData(2 * 128 * 1024)]
    [InlineData(1_000_000)]
    public void A_text_of_any_length_comes_back_whole_however_it_was_cut(int length)
    {
        var random = new Random(length);
        byte[] octets = new byte[length];
        random.NextBytes(octets);
        using var content = new SubmissionContent(_folder);
        for (int at = 0; at < length;)
        {
            int end = Math.Min(length, at + random.Next(1, 50_000));
            Assert.Equal(Fault.None, content.Write(octets.AsSpan(at..end)));
            at = end;
        }
        Assert.Equal(Fault.None, content.Finish());
        Assert.Equal((length, length <= 128 * 1024), (content.Length, content.IsInMemory));
        Assert.True(octets.AsSpan().SequenceEqual(Read(content)));
        var copy = new MemoryStream();
        using (Stream stream = content.OpenRead())
            stream.CopyTo(copy);
        Assert.True(octets.AsSpan().SequenceEqual(copy.ToArray()));
        Assert.Equal(Fault.State, content.Read(new byte[1], 0, out _));
    }

    [Fact]
    public void The_folder_is_for_nobody_else_and_made_when_needed()
    {
        string folder = Path.Combine(_folder, "mail", "scratch");
        using var content = new SubmissionContent(folder);
        Assert.Equal(Fault.None, content.Write("small"u8));
        Assert.False(Directory.Exists(_folder));
        Assert.Equal(Fault.None, content.Write(new byte[200_000]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(folder));
    }

    [Fact]
    public void A_disk_that_fails_at_any_call_is_a_fault_that_stays_and_leaves_no_name_behind()
    {
        byte[] octets = new byte[500_000];
        Directory.CreateDirectory(_folder);
        int failAt = 1;
        for (; ; failAt++)
        {
            var disk = new FailingDisk(failAt);
            using var content = new SubmissionContent(_folder, disk);
            Fault written = content.Write(octets);
            Fault finished = content.Finish();
            if (!disk.HasFailed)
                break;
            Assert.Equal(Fault.Full, finished);
            Assert.Equal(Fault.Full, content.Write("more"u8));
            Assert.Equal(Fault.Full, content.Read(new byte[10], 0, out int count));
            Assert.Equal(0, count);
            Assert.True(written is Fault.None or Fault.Full);
            content.Dispose();
            Assert.Equal(disk.FailedUnlink ? 1 : 0, Directory.GetFiles(_folder).Length);
            Array.ForEach(Directory.GetFiles(_folder), File.Delete);
        }
        Assert.True(failAt > 4, "open, unlink, and some writes have failed");
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_fault_that_stays()
    {
        using var content = new SubmissionContent("/proc/nowhere");
        Assert.Equal(Fault.Io, content.Write(new byte[1_000_000]));
        Assert.Equal(Fault.Io, content.Write("more"u8));
        Assert.Equal(Fault.Io, content.Finish());
    }

    private static byte[] Read(SubmissionContent content)
    {
        var all = new MemoryStream();
        byte[] piece = new byte[7777];
        while (true)
        {
            Assert.Equal(Fault.None, content.Read(piece, all.Length, out int count));
            if (count == 0)
                return all.ToArray();
            all.Write(piece.AsSpan(0, count));
        }
    }

    // The octets that a DotWriter gives, less the stuffing (the alphabet has no dot) and the final dot line.
    private static long WireLengthOf(string text)
    {
        var writer = new DotWriter();
        byte[] output = new byte[100];
        writer.Write(Encoding.ASCII.GetBytes(text), output, out _, out int written);
        return written + writer.Finish(output) - 3;
    }

    private static IEnumerable<string> Texts(string alphabet, int limit)
    {
        IEnumerable<string> texts = [""];
        for (int length = 0; length < limit; length++)
        {
            foreach (string text in texts)
                yield return text;
            texts = texts.SelectMany(text => alphabet.Select(c => text + c)).ToList();
        }
    }

    /// <summary>The real disk, whose n-th call finds it full.</summary>
    private sealed class FailingDisk(int failAt) : IDisk
    {
        private int _count;

        public bool HasFailed => _count >= failAt;
        public bool FailedUnlink { get; private set; }

        public Fault MakeDirectory(string path) => Fails() ? Fault.Full : Disk.Real.MakeDirectory(path);
        public Fault OpenDirectory(string path, out IDiskDirectory directory) => throw new NotSupportedException();
        public Fault Rename(string from, string to) => throw new NotSupportedException();
        public Fault List(string path, List<string> names) => throw new NotSupportedException();
        public Fault Lock(string path, out IDisposable held) => throw new NotSupportedException();
        public long FreeSpace(string path) => throw new NotSupportedException();

        public Fault Open(string path, DiskOpen how, out IDiskFile file)
        {
            file = null!;
            if (Fails())
                return Fault.Full;
            Fault fault = Disk.Real.Open(path, how, out IDiskFile real);
            file = new FailingFile(this, real);
            return fault;
        }

        public Fault Unlink(string path)
        {
            FailedUnlink = Fails();
            return FailedUnlink ? Fault.Full : Disk.Real.Unlink(path);
        }

        private bool Fails() => ++_count == failAt;

        private sealed class FailingFile(FailingDisk disk, IDiskFile real) : IDiskFile
        {
            public long Length => real.Length;
            public Fault Read(Span<byte> buffer, long offset, out int count) => real.Read(buffer, offset, out count);
            public Fault Write(ReadOnlySpan<byte> octets, long offset)
                => disk.Fails() ? Fault.Full : real.Write(octets, offset);
            public Fault Sync() => throw new NotSupportedException();
            public void Dispose() => real.Dispose();
        }
    }
}
