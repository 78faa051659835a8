using System.Text;
using MailModule.Mail;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Delivery.Lists;

/// <summary>
/// The files that lists name, each read again when it has changed. Any thread; blocks as long as a file takes.
/// </summary>
internal sealed class MemberFiles(Log log)
{
    private readonly Dictionary<string, WatchedFile<MemberFile>> _files = [];

    /// <summary>The members a file names; null if it is not there or cannot be read.</summary>
    public IReadOnlyList<MailAddress>? Read(string path)
    {
        WatchedFile<MemberFile>? file;
        lock (_files)
            if (!_files.TryGetValue(path, out file))
                _files[path] = file = new WatchedFile<MemberFile>(
                    path, octets => Parse(path, octets), problem => LogProblem(path, problem));
        return file.Current?.Members;
    }

    // One in another encoding names nobody by mistake: the members read before stand.
    private MemberFile Parse(string path, byte[] octets)
    {
        if (ByteOrderMark.IsOfOtherEncoding(octets))
            throw new InvalidDataException(ByteOrderMark.WrongEncoding);
        MemberFile made = MemberFile.Parse(Encoding.Latin1.GetString(octets));
        made.WriteErrors(path, log);
        return made;
    }

    private void LogProblem(string path, string problem)
        => log.Write(LogLevel.Error, "lists", $"{path} cannot be read: {problem}");
}
