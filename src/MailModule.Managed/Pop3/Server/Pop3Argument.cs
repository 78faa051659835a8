namespace MailModule.Pop3.Server;

/// <summary>What an argument must look like.</summary>
internal enum Pop3ArgumentRule
{
    None,
    Text,
    OptionalNumber,
    Number,
    TwoNumbers,
}

/// <summary>What follows a verb, read by its rule. Views the line, owns nothing.</summary>
internal readonly ref struct Pop3Argument
{
    private Pop3Argument(ReadOnlySpan<byte> text, int first, int second)
    {
        Text = text;
        First = first;
        Second = second;
    }

    /// <summary>All of it, octet by octet.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The first number, 0 if there is none. A 0 that was given is no message: -1.</summary>
    public int First { get; }

    public int Second { get; }

    /// <summary>False if the rule is broken.</summary>
    public static bool TryRead(Pop3ArgumentRule rule, Pop3Command command, out Pop3Argument argument)
    {
        argument = new Pop3Argument(command.Argument, 0, 0);
        if (rule == Pop3ArgumentRule.None)
            return !command.HasArgument;
        if (rule == Pop3ArgumentRule.Text)
            return command.HasArgument;
        int count = command.Numbers(out int first, out int second);
        argument = new Pop3Argument(command.Argument, count > 0 && first == 0 ? -1 : first, second);
        return rule switch
        {
            Pop3ArgumentRule.OptionalNumber => count is 0 or 1,
            Pop3ArgumentRule.Number => count == 1,
            _ => count == 2,
        };
    }
}
