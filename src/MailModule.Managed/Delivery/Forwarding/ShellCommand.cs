namespace MailModule.Delivery.Forwarding;

/// <summary>
/// The line of a command. It goes to the shell as it stands in the file; what a mail brings goes beside it
/// (<see cref="CommandValues"/>), so that the shell never parses it.
/// </summary>
internal static class ShellCommand
{
    // No words are cut out of a value that stands without quotes, and no names of files are made of it. The line feeds
    // keep the line apart.
    private const string Prologue = "set -f\nIFS=\n";

    private const string MessageFile = " \"$msgfile\"";

    /// <summary>
    /// Checks a line. One without <c>$</c> gets the message's file as its last argument, unless it ends with something
    /// that takes none.
    /// </summary>
    /// <param name="line">As it stands in the file; octets as characters.</param>
    /// <param name="command">What is to be run.</param>
    /// <param name="error">What is wrong; empty if nothing.</param>
    public static bool TryRead(string line, out string command, out string error)
    {
        command = line;
        var scanned = new ShellScanner(line);
        string? problem = CommandRules.ProblemOf(line, scanned);
        if (!line.Contains('$') && scanned.EndsInCommand)
        {
            command += MessageFile;
            problem = CommandRules.ProblemOf(command, new ShellScanner(command));
        }
        error = problem ?? "";
        return problem is null;
    }

    /// <summary>The program for <c>/bin/sh -c</c>.</summary>
    public static string ProgramOf(string command) => Prologue + command;
}
