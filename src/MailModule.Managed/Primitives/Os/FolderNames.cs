using System.Buffers;

namespace MailModule.Primitives.Os;

/// <summary>
/// The names in an open folder, one after the other, with "." and ".." among them, as
/// <see cref="HomeFolder.OpenNames"/> gives them. One owner, which disposes of it.
/// </summary>
internal ref struct FolderNames(FileCalls calls, int descriptor)
{
    // Some 800 names of messages: a mailbox of 1,000 takes two calls, and one more to hear that it was all.
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private DirectoryRecords _entries = new([]);

    /// <summary>Of the entry that <see cref="Next"/> came to.</summary>
    public readonly ReadOnlySpan<byte> Name => _entries.Name;

    /// <summary>What that entry is (DT_…); 0 where the file system does not tell.</summary>
    public readonly byte Kind => _entries.Kind;

    /// <summary>0, or what went wrong, with its sign turned.</summary>
    public int Result { get; private set; }

    /// <summary>Goes to the next entry; false behind the last, or where something went wrong.</summary>
    public bool Next()
    {
        while (!_entries.Next())
        {
            int count = calls.ReadDirectory(descriptor, _buffer);
            Result = Math.Min(count, 0);
            if (count <= 0)
                return false;
            _entries = new DirectoryRecords(_buffer.AsSpan(0, count));
        }
        return true;
    }

    public readonly void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        calls.Close(descriptor);
    }
}
