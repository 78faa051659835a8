using System.Globalization;

namespace MailModule.Engine;

/// <summary>
/// Gives the log of a day that is over that day's name (<c>logday</c>): <c>mail.log</c> becomes
/// <c>mail.log.2026-11-27</c>. Days are those of UTC, as in the lines. Nothing is deleted. One thread at a time.
/// </summary>
internal sealed class DailyRename(string path, TimeProvider time)
{
    private const int NameLimit = 1000;

    private DateOnly _day;

    /// <summary>
    /// Before lines are appended: the file is then one of today. If it cannot be renamed, it goes on.
    /// </summary>
    public void TurnToToday()
    {
        DateOnly today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        // Back only if the clock was set.
        if (today <= _day)
            return;
        _day = today;
        var file = new FileInfo(path);
        // Which day it is of is known from the file, for another process may have begun it, or renamed it already.
        DateOnly day = file.Exists ? DateOnly.FromDateTime(file.LastWriteTimeUtc) : today;
        if (day < today && file.Length > 0 && FreeName(day) is { } name)
            File.Move(path, name);
    }

    private string? FreeName(DateOnly day)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{path}.{day:yyyy-MM-dd}");
        for (int i = 0; i < NameLimit; i++)
        {
            string candidate = i == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{i}");
            if (!Path.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
