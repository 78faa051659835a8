using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The file in which commands see the message, and may change it. It is theirs: of the user whose rights they have, in
/// a place that this user can reach. What is left there is looked at before it is read, and copied: the copy is ours.
/// One thread.
/// </summary>
internal sealed class CommandFile : IDisposable
{
    /// <summary>Octets that a command may make of a message, however small that was.</summary>
    private const long SizeLimit = 128L * 1024 * 1024;

    // Where every user may go. Names below it are ours alone as long as its sticky bit is set.
    private const string PublicFolder = "/tmp";
    private const string NameForOthers = "message.eml";
    private const int PieceLength = 64 * 1024;

    private readonly ScratchFiles _scratch;
    private readonly string _id;
    private readonly HomeFolder _folder;
    private readonly byte[] _name;
    private readonly string? _ownFolder;
    private readonly long _limit;
    private FileStamp _stamp;

    private CommandFile(ScratchFiles scratch, string id, HomeFolder folder, string path, bool isForOthers, long limit)
    {
        _scratch = scratch;
        _id = id;
        _folder = folder;
        _limit = limit;
        _name = Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(path));
        _ownFolder = isForOthers ? System.IO.Path.GetDirectoryName(path) : null;
        Path = path;
    }

    public string Path { get; }

    /// <param name="id">The message's.</param>
    /// <param name="user">Whose it will be; null: ours.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static CommandFile Make(ScratchFiles scratch, string id, MessageContent content, FileOwner? user)
    {
        string path = user is { } other
            ? System.IO.Path.Combine(MakeFolder(other), NameForOthers)
            : scratch.NewPath(id);
        Check(HomeFolder.Open(FileCalls.Real, System.IO.Path.GetDirectoryName(path)!, out HomeFolder? folder), path);
        long limit = Math.Max(SizeLimit, 2 * content.Length);
        var file = new CommandFile(scratch, id, folder!, path, user is not null, limit);
        try
        {
            file.Write(content);
            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What commands have made of it since it was last looked at. False: nothing that is a message; true and null: it
    /// is as it was.
    /// </summary>
    public bool TryReadChange(out ChangedContent? changed)
    {
        changed = null;
        int descriptor = _folder.OpenFile(_name, linkedLength: -1, out FileStamp stamp);
        if (descriptor < 0)
            stamp = default;
        bool isSame = stamp == _stamp;
        _stamp = stamp;
        if (!isSame && descriptor >= 0 && stamp.Length <= _limit)
            changed = _scratch.Copy(_id, descriptor, _limit);
        if (descriptor >= 0)
            FileCalls.Real.Close(descriptor);
        return isSame || changed is not null;
    }

    /// <summary>What it is now: a link itself, for who owns the folder may have left one.</summary>
    public bool TryLook(out FileStamp stamp) => _folder.Stat(_name, out stamp) >= 0;

    public void Dispose()
    {
        _folder.Unlink(_name);
        _folder.Dispose();
        try
        {
            if (_ownFolder is not null)
                Directory.Delete(_ownFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The user has left something there; it is his.
        }
    }

    // Nobody else may go in before it is the user's.
    private static string MakeFolder(FileOwner user)
    {
        string path = System.IO.Path.Combine(PublicFolder, $"mailmodule-{RandomOctets.Hex(16)}");
        byte[] octets = [.. Encoding.UTF8.GetBytes(path), 0];
        Check(FileCalls.Real.MakeDirectory(octets), path);
        int descriptor = FileCalls.Real.OpenReadNonBlocking(octets);
        Check(descriptor, path);
        int result = FileCalls.Real.ChangeOwner(descriptor, user);
        FileCalls.Real.Close(descriptor);
        Check(result, path);
        return path;
    }

    private void Write(MessageContent content)
    {
        int descriptor = _folder.Create(_name);
        Check(descriptor, Path);
        int result = 0, count;
        using (Stream stream = content.OpenRead())
        {
            byte[] piece = new byte[PieceLength];
            while (result >= 0 && (count = stream.Read(piece)) > 0)
                result = FileCalls.Real.Write(descriptor, piece.AsSpan(0, count));
        }
        FileCalls.Real.StatAt(descriptor, default, out _stamp);
        FileCalls.Real.Close(descriptor);
        Check(result, Path);
    }

    private static void Check(int result, string path)
    {
        if (result < 0)
            throw ExceptionWords.Unreadable($"{path} cannot be made: {SystemFault.Describe(SystemFault.Of(result))}");
    }
}
