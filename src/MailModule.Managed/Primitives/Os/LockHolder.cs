using System.Globalization;
using System.Text;
using MailModule.Primitives.Os.Windows;

namespace MailModule.Primitives.Os;

/// <summary>
/// Which process has a lock: its number stands in a file beside the lock, which is written when the lock is taken. Only
/// words for a person come of it, so a number that could not be written, or is of a process that has ended, does no
/// harm. The lock's own file is not for it: who closes that gives some kinds of lock back.
/// </summary>
internal static class LockHolder
{
    private const string Suffix = ".pid";
    private const int SizeLimit = 64;

    public static void Write(string path)
    {
        try
        {
            using var file = new FileStream(path + Suffix, PrivateFile.Options(FileMode.Create));
            file.Write(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // see above
        }
    }

    /// <summary>In words for a person.</summary>
    public static string Of(string path)
    {
        string text = Read(path + Suffix);
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int process))
            return "another engine";
        if (process == Environment.ProcessId)
            return "another engine of this process";
        string name = ProgramOf(process);
        string which = string.Create(CultureInfo.InvariantCulture, $"another engine, in process {process}");
        return name.Length > 0 ? $"{which} ({name})" : which;
    }

    /// <summary>Empty if it is not known.</summary>
    private static string ProgramOf(int process) => OperatingSystem.IsWindows()
        ? Path.GetFileName(Machine.ProgramOf(process)) ?? ""
        : Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm"));

    private static string Read(string path)
    {
        try
        {
            return TextFile.Read(path, SizeLimit).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return "";
        }
    }
}
