using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MailModule.Engine.Sending;
using MailModule.Native.Abi;
using MailModule.Primitives;

namespace MailModule.Native.Exports;

/// <summary>SMTP clients, verb by verb: a function for each command.</summary>
internal static unsafe class SmtpVerbs
{
    private const int First = 1;
    private const int Last = 2;
    private const int ConvertLineEnds = 4;

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_starttls", CallConvs = [typeof(CallConvCdecl)])]
    private static int StartTls(nint smtp, nint code) => Say(smtp, code, client => client.StartTls());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_helo", CallConvs = [typeof(CallConvCdecl)])]
    private static int Helo(nint smtp, nint name, nint code)
        => SayOptional(smtp, name, "name", code, (client, text) => client.Helo(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_ehlo", CallConvs = [typeof(CallConvCdecl)])]
    private static int Ehlo(nint smtp, nint name, nint code)
        => SayOptional(smtp, name, "name", code, (client, text) => client.Ehlo(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_lhlo", CallConvs = [typeof(CallConvCdecl)])]
    private static int Lhlo(nint smtp, nint name, nint code)
        => SayOptional(smtp, name, "name", code, (client, text) => client.Lhlo(text));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_mail", CallConvs = [typeof(CallConvCdecl)])]
    private static int Mail(nint smtp, nint from, nint parameters, nint code)
        => SayTwo(smtp, from, "from", parameters, "parameters", code,
            (client, path, more) => client.Mail(path, more));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_rcpt", CallConvs = [typeof(CallConvCdecl)])]
    private static int Rcpt(nint smtp, nint to, nint parameters, nint code)
        => SayTwo(smtp, to, "to", parameters, "parameters", code,
            (client, path, more) => client.Rcpt(path, more));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_data", CallConvs = [typeof(CallConvCdecl)])]
    private static int Data(nint smtp, nint code) => Say(smtp, code, client => client.Data());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_write", CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint smtp, nint octets, nuint size, int flags, nint code)
        => SayOctets(smtp, octets, size, flags, First | Last | ConvertLineEnds, code, client => client.Write(
            new ReadOnlySpan<byte>((void*)octets, (int)size), (flags & First) != 0, (flags & Last) != 0,
            (flags & ConvertLineEnds) != 0));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_write_raw", CallConvs = [typeof(CallConvCdecl)])]
    private static int WriteRaw(nint smtp, nint octets, nuint size, int flags, nint code)
        => SayOctets(smtp, octets, size, flags, Last, code, client => client.WriteRaw(
            new ReadOnlySpan<byte>((void*)octets, (int)size), (flags & Last) != 0));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_bdat", CallConvs = [typeof(CallConvCdecl)])]
    private static int Bdat(nint smtp, nint octets, nuint size, int last, nint code)
        => SayOctets(smtp, octets, size, last, 1, code, client => client.Bdat(
            new ReadOnlySpan<byte>((void*)octets, (int)size), last != 0));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_rset", CallConvs = [typeof(CallConvCdecl)])]
    private static int Rset(nint smtp, nint code) => Say(smtp, code, client => client.Rset());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_noop", CallConvs = [typeof(CallConvCdecl)])]
    private static int Noop(nint smtp, nint code) => Say(smtp, code, client => client.Noop());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_vrfy", CallConvs = [typeof(CallConvCdecl)])]
    private static int Vrfy(nint smtp, nint text, nint code)
        => SayNeeded(smtp, text, "text", code, (client, words) => client.Vrfy(words));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_expn", CallConvs = [typeof(CallConvCdecl)])]
    private static int Expn(nint smtp, nint text, nint code)
        => SayNeeded(smtp, text, "text", code, (client, words) => client.Expn(words));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_help", CallConvs = [typeof(CallConvCdecl)])]
    private static int Help(nint smtp, nint text, nint code)
        => SayOptional(smtp, text, "text", code, (client, words) => client.Help(words));

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_quit", CallConvs = [typeof(CallConvCdecl)])]
    private static int Quit(nint smtp, nint code) => Say(smtp, code, client => client.Quit());

    [UnmanagedCallersOnly(EntryPoint = "mmi_smtp_send_command", CallConvs = [typeof(CallConvCdecl)])]
    private static int SendCommand(nint smtp, nint line)
        => SayNeeded(smtp, line, "line", 0, (client, text) => client.SendCommand(text));

    private static int Say(nint smtp, nint code, Func<SmtpClient, Fault> verb)
        => SmtpHandle.Call(smtp, code, handle => verb(handle.Client));

    private static int SayNeeded(nint smtp, nint text, string name, nint code, Func<SmtpClient, string, Fault> verb)
        => Say(smtp, code, client =>
        {
            var fault = Text.Read(text, name, out string words);
            return fault == Fault.None ? verb(client, words) : fault;
        });

    private static int SayOptional(nint smtp, nint text, string name, nint code, Func<SmtpClient, string?, Fault> verb)
        => Say(smtp, code, client =>
        {
            var fault = Text.ReadOptional(text, name, out string? words);
            return fault == Fault.None ? verb(client, words) : fault;
        });

    private static int SayTwo(
        nint smtp, nint needed, string neededName, nint optional, string optionalName, nint code,
        Func<SmtpClient, string, string?, Fault> verb)
        => SayNeeded(smtp, needed, neededName, code, (client, words) =>
        {
            var fault = Text.ReadOptional(optional, optionalName, out string? more);
            return fault == Fault.None ? verb(client, words, more) : fault;
        });

    private static int SayOctets(
        nint smtp, nint octets, nuint size, int flags, int knownFlags, nint code, Func<SmtpClient, Fault> verb)
        => Say(smtp, code, client =>
        {
            if ((flags & ~knownFlags) != 0)
                return FaultReason.Because(Fault.Argument, "flags (or last) has a value that means nothing here");
            return size > int.MaxValue || (octets == 0 && size > 0)
                ? FaultReason.Because(Fault.Argument, "octets is NULL, or size above 2147483647")
                : verb(client);
        });
}
