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
                    path, text => Parse(path, text), problem => LogProblem(path, problem));
        return file.Current?.Members;
    }

    private MemberFile Parse(string path, string text)
    {
        MemberFile made = MemberFile.Parse(text);
        made.WriteErrors(path, log);
        return made;
    }

    private void LogProblem(string path, string problem)
        => log.Write(LogLevel.Error, "lists", $"{path} cannot be read: {problem}");
}
