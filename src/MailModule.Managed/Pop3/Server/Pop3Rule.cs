namespace MailModule.Pop3.Server;

/// <summary>The states of RFC 1939 §3 in which commands are read.</summary>
[Flags]
internal enum Pop3State
{
    Authorization = 1,
    Transaction = 2,
    Both = Authorization | Transaction,
}

/// <summary>What an argument must look like.</summary>
internal enum Pop3Argument
{
    None,
    Text,
    OptionalNumber,
    Number,
    TwoNumbers,
}

/// <summary>The order of the protocol as a table: which command in which state with which argument.</summary>
/// <param name="States">Where it is allowed.</param>
/// <param name="Argument">What must follow it.</param>
internal readonly record struct Pop3Rule(Pop3State States, Pop3Argument Argument)
{
    private static readonly Pop3Rule[] Table = Build();

    public static Pop3Rule Of(Pop3Verb verb) => Table[(int)verb];

    private static Pop3Rule[] Build()
    {
        var table = new Pop3Rule[(int)Pop3Verb.Stls + 1];
        table[(int)Pop3Verb.User] = new(Pop3State.Authorization, Pop3Argument.Text);
        table[(int)Pop3Verb.Pass] = new(Pop3State.Authorization, Pop3Argument.Text);
        // RFC 2595 §4: STLS is permitted in AUTHORIZATION only.
        table[(int)Pop3Verb.Stls] = new(Pop3State.Authorization, Pop3Argument.None);
        table[(int)Pop3Verb.Capa] = new(Pop3State.Both, Pop3Argument.None);
        table[(int)Pop3Verb.Quit] = new(Pop3State.Both, Pop3Argument.None);
        table[(int)Pop3Verb.Stat] = new(Pop3State.Transaction, Pop3Argument.None);
        table[(int)Pop3Verb.List] = new(Pop3State.Transaction, Pop3Argument.OptionalNumber);
        table[(int)Pop3Verb.Uidl] = new(Pop3State.Transaction, Pop3Argument.OptionalNumber);
        table[(int)Pop3Verb.Retr] = new(Pop3State.Transaction, Pop3Argument.Number);
        table[(int)Pop3Verb.Top] = new(Pop3State.Transaction, Pop3Argument.TwoNumbers);
        table[(int)Pop3Verb.Dele] = new(Pop3State.Transaction, Pop3Argument.Number);
        table[(int)Pop3Verb.Noop] = new(Pop3State.Transaction, Pop3Argument.None);
        table[(int)Pop3Verb.Rset] = new(Pop3State.Transaction, Pop3Argument.None);
        return table;
    }
}
