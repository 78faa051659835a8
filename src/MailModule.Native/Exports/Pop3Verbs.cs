using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Retrieving;
using MailModule.Native.Abi;
using MailModule.Pop3;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>POP3 clients, verb by verb: a function for each command.</summary>
internal static unsafe class Pop3Verbs
{
    private const int AnswerKnown = 2;
    private const Pop3LoginLimits AllLimits = Pop3LoginLimits.NoSasl | Pop3LoginLimits.NoApop | Pop3LoginLimits.NoUser
        | Pop3LoginLimits.ClearPassword;

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stls", CallConvs = [typeof(CallConvCdecl)])]
    private static int Stls(nint pop3, nint status) => Say(pop3, status, client => client.Stls());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_capa", CallConvs = [typeof(CallConvCdecl)])]
    private static int Capa(nint pop3, nint status) => Say(pop3, status, client => client.Capa());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_login", CallConvs = [typeof(CallConvCdecl)])]
    private static int Login(nint pop3, nint user, nint password, int flags, nint status)
        => SayTwo(pop3, user, "user", password, "password", status, (client, name, secret)
            => ((Pop3LoginLimits)flags & ~AllLimits) == 0
                ? client.Login(name, secret, (Pop3LoginLimits)flags)
                : FaultReason.Because(Fault.Argument, "flags has bits that mean nothing here"));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_user", CallConvs = [typeof(CallConvCdecl)])]
    private static int User(nint pop3, nint name, nint status)
        => SayNeeded(pop3, name, "name", status, (client, text) => client.User(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_pass", CallConvs = [typeof(CallConvCdecl)])]
    private static int Pass(nint pop3, nint password, nint status)
        => SayNeeded(pop3, password, "password", status, (client, text) => client.Pass(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_apop", CallConvs = [typeof(CallConvCdecl)])]
    private static int Apop(nint pop3, nint user, nint password, nint status)
        => SayTwo(pop3, user, "user", password, "password", status, (client, name, secret)
            => client.Apop(name, secret));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_utf8", CallConvs = [typeof(CallConvCdecl)])]
    private static int Utf8(nint pop3, nint status) => Say(pop3, status, client => client.Utf8());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_lang", CallConvs = [typeof(CallConvCdecl)])]
    private static int Lang(nint pop3, nint tag, nint status)
        => SayOptional(pop3, tag, "tag", status, (client, text) => client.Lang(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_stat", CallConvs = [typeof(CallConvCdecl)])]
    private static int Stat(nint pop3, nint count, nint octets, nint status) => Say(pop3, status, client =>
    {
        var fault = client.Stat(out int messages, out long size);
        if (count != 0)
            *(int*)count = messages;
        if (octets != 0)
            *(long*)octets = size;
        return fault;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_list", CallConvs = [typeof(CallConvCdecl)])]
    private static int List(nint pop3, int number, nint status) => Say(pop3, status, client => client.List(number));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_uidl", CallConvs = [typeof(CallConvCdecl)])]
    private static int Uidl(nint pop3, int number, nint status) => Say(pop3, status, client => client.Uidl(number));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_next", CallConvs = [typeof(CallConvCdecl)])]
    private static int Next(nint pop3, nint entry) => Pop3Handle.Call(pop3, handle => handle.WriteEntry(entry));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_retr", CallConvs = [typeof(CallConvCdecl)])]
    private static int Retr(nint pop3, int number, nint status) => Say(pop3, status, client => client.Retr(number));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_top", CallConvs = [typeof(CallConvCdecl)])]
    private static int Top(nint pop3, int number, int lines, nint status)
        => Say(pop3, status, client => client.Top(number, lines));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_read", CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint pop3, nint buffer, nuint size, nint length) => Pop3Handle.Call(pop3, handle =>
    {
        if (buffer == 0 || length == 0 || size == 0)
            return FaultReason.Because(Fault.Argument, "buffer or length is NULL, or size is 0");
        var into = new Span<byte>((void*)buffer, (int)Math.Min(size, int.MaxValue));
        var fault = handle.Client.Read(into, out int count);
        *(nuint*)length = fault == Fault.None ? (nuint)count : 0;
        return fault;
    });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_retr_all", CallConvs = [typeof(CallConvCdecl)])]
    private static int RetrieveAll(nint pop3, nint numbers, nuint count, int lines, nint message, nint user)
        => Pop3Handle.Call(pop3, handle =>
        {
            if (message == 0 || count > int.MaxValue)
                return FaultReason.Because(Fault.Argument, "message is NULL, or count above 2147483647");
            int[]? named = numbers == 0 ? null : new ReadOnlySpan<int>((void*)numbers, (int)count).ToArray();
            return handle.Client.RetrieveAll(named, (int)count, lines, new MessageCallback(message, user).Take);
        });

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_dele", CallConvs = [typeof(CallConvCdecl)])]
    private static int Dele(nint pop3, int number, nint status) => Say(pop3, status, client => client.Dele(number));

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_rset", CallConvs = [typeof(CallConvCdecl)])]
    private static int Rset(nint pop3, nint status) => Say(pop3, status, client => client.Rset());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_noop", CallConvs = [typeof(CallConvCdecl)])]
    private static int Noop(nint pop3, nint status) => Say(pop3, status, client => client.Noop());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_quit", CallConvs = [typeof(CallConvCdecl)])]
    private static int Quit(nint pop3, nint status) => Say(pop3, status, client => client.Quit());

    [UnmanagedCallersOnly(EntryPoint = "mmi_pop3_send_command", CallConvs = [typeof(CallConvCdecl)])]
    private static int SendCommand(nint pop3, nint line, int answer)
        => SayNeeded(pop3, line, "line", 0, (client, text) => answer switch
        {
            (int)Pop3AnswerForm.OneLine or (int)Pop3AnswerForm.ManyLines => client.Send(text, (Pop3AnswerForm)answer),
            AnswerKnown => client.Send(text, null),
            _ => FaultReason.Because(Fault.Argument, "answer has no such value"),
        });

    private static int Say(nint pop3, nint status, Func<Pop3Client, Fault> verb)
        => Pop3Handle.Call(pop3, status, handle => verb(handle.Client));

    private static int SayNeeded(nint pop3, nint text, string name, nint status, Func<Pop3Client, string, Fault> verb)
        => Say(pop3, status, client =>
        {
            var fault = Text.Read(text, name, out string words);
            return fault == Fault.None ? verb(client, words) : fault;
        });

    private static int SayOptional(
        nint pop3, nint text, string name, nint status, Func<Pop3Client, string?, Fault> verb)
        => Say(pop3, status, client =>
        {
            var fault = Text.ReadOptional(text, name, out string? words);
            return fault == Fault.None ? verb(client, words) : fault;
        });

    private static int SayTwo(
        nint pop3, nint first, string firstName, nint second, string secondName, nint status,
        Func<Pop3Client, string, string, Fault> verb)
        => SayNeeded(pop3, first, firstName, status, (client, words) =>
        {
            var fault = Text.Read(second, secondName, out string more);
            return fault == Fault.None ? verb(client, words, more) : fault;
        });
}
