namespace MailModule.Primitives;

/// <summary>
/// The file system as the spool needs it. Stateless; any thread; each call may block. What is not there is
/// <see cref="Fault.NotFound"/>, what is there already where it must not be is <see cref="Fault.State"/>, no space or
/// no descriptor left is <see cref="Fault.Full"/>. Tests put a disk that fails or stops at the n-th call in its place.
/// </summary>
internal interface IDisk
{
    /// <summary>Makes one directory, mode 0700; none if it is there already.</summary>
    Fault MakeDirectory(string path);

    /// <summary>Opens a directory, so that it can be made durable without needing another descriptor.
    /// <see cref="Fault.NotSupported"/> if it is not for us to read.</summary>
    Fault OpenDirectory(string path, out IDiskDirectory directory);

    /// <summary>Opens a file for reading and writing; a new one has mode 0600.</summary>
    Fault Open(string path, DiskOpen how, out IDiskFile file);

    Fault Rename(string from, string to);

    Fault Unlink(string path);

    /// <summary>Adds the names of a directory's entries, without "." and "..", in no order.</summary>
    Fault List(string path, List<string> names);

    /// <summary>Takes the exclusive lock that the file stands for, making it if need be; given back by disposing of it,
    /// or by the end of the process. <see cref="Fault.Locked"/> if another has it, be it in this process or
    /// not.</summary>
    Fault Lock(string path, out IDisposable held);

    /// <summary>Who has the lock that <see cref="Lock"/> did not give, in words for a person, as far as is known.
    /// </summary>
    string HolderOf(string path) => "another engine";

    /// <summary>
    /// Octets that an ordinary user may still write to the file system of a path; 0 if that cannot be said.
    /// </summary>
    long FreeSpace(string path);
}

/// <summary>How a file is opened.</summary>
internal enum DiskOpen
{
    /// <summary>It must be there.</summary>
    Existing,
    /// <summary>It must not be there.</summary>
    New,
}

/// <summary>An open file. Reads may run beside a write; writes are for one thread at a time.</summary>
internal interface IDiskFile : IDisposable
{
    /// <summary>Octets, as the file system says now; 0 if it cannot say.</summary>
    long Length { get; }

    /// <summary>Fills the buffer from an offset on, as far as the file goes.</summary>
    Fault Read(Span<byte> buffer, long offset, out int count);

    /// <summary>Writes all; after a fault any part of it may have been written.</summary>
    Fault Write(ReadOnlySpan<byte> octets, long offset);

    /// <summary>Makes what was written, and the length, durable (fdatasync).</summary>
    Fault Sync();
}

/// <summary>An open directory.</summary>
internal interface IDiskDirectory : IDisposable
{
    /// <summary>Makes the entries durable: what was created, renamed or unlinked.</summary>
    Fault Sync();
}
