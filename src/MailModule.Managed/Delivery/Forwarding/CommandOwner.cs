using MailModule.Primitives.Os;

namespace MailModule.Delivery.Forwarding;

/// <summary>Whose rights the commands of a forward file have: those of the home's owner.</summary>
/// <param name="User">Whom a command changes to; null: it has our rights.</param>
/// <param name="Problem">Why no command may run; null: it may.</param>
internal readonly record struct CommandOwner(FileOwner? User, string? Problem)
{
    /// <param name="home">The owner of the home.</param>
    /// <param name="script">The owner of the forward file.</param>
    /// <param name="us">Who this process is.</param>
    /// <param name="mayChange">A command can change its user.</param>
    public static CommandOwner Of(FileOwner home, FileOwner script, FileOwner us, bool mayChange)
    {
        if (script.User != home.User && script.User != FileOwner.Root)
            return new CommandOwner(null, "commands are not run: the file does not belong to the home's owner");
        if (home.User == us.User)
            return default;
        if (us.User != FileOwner.Root || home.User == FileOwner.Root || !mayChange)
            return new CommandOwner(null, "commands are not run: they cannot have the rights of the home's owner");
        return new CommandOwner(home.Rights, null);
    }

    public static CommandOwner Of(string home, FileOwner script)
        => !ChildProcess.IsPossible ? new CommandOwner(null, "commands are not run on this system")
            : HomeFolder.TryGetOwner(home, out FileOwner owner)
            ? Of(owner, script, FileOwner.Us, UserChange.IsPossible)
            : new CommandOwner(null, "commands are not run: the home cannot be opened");
}
