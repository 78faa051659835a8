using System.Text;
using MailModule.Primitives;
using MailModule.Primitives.Os;

namespace MailModule.Engine.Serving;

/// <summary>
/// Lines of text that outlive the engine: the file is whole at any moment, the one before or the new one. Loss of it
/// costs nobody his mail, so what fails is told, and no more. Blocks.
/// </summary>
internal sealed class StateFile(IDisk disk, string folder, string name, Log log)
{
    private const int SizeLimit = 16 * 1024 * 1024;

    private readonly string _path = Path.Combine(folder, name);

    public IReadOnlyList<string> Load()
    {
        try
        {
            return TextFile.Read(_path, SizeLimit).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Tell(ExceptionWords.Of(e));
            return [];
        }
    }

    public void Save(IReadOnlyList<string> lines)
    {
        string made = _path + ".new";
        disk.Unlink(made); // of an engine that was killed
        Fault fault = disk.Open(made, DiskOpen.New, out IDiskFile file);
        if (fault == Fault.None)
            using (file)
            {
                fault = file.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), 0);
                if (fault == Fault.None)
                    fault = file.Sync();
            }
        if (fault == Fault.None)
            fault = disk.Rename(made, _path);
        if (fault != Fault.None)
            Tell(FaultWords.Of(fault));
    }

    private void Tell(string problem) => log.Write(LogLevel.Warning, "smtp", $"{_path}: {problem}");
}
