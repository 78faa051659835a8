using System.Net;
using MailModule.Authentication.Checks;
using MailModule.Engine.Authenticating;
using MailModule.Mime.Reading;
using MailModule.Primitives;

namespace MailModule.Native.Abi;

/// <summary>Reads <c>mm_auth_query</c>: who brings a message, and the message itself.</summary>
internal static unsafe class AuthQueryReader
{
    private const int PieceSize = 64 * 1024;
    private const int LongestMilliseconds = 20_000;

    /// <summary>Who brings it, and what is to be found out.</summary>
    public static Fault Read(in AuthQueryLayout given, CheckMethods methods, out CheckSubject subject)
    {
        subject = new CheckSubject(methods);
        if (FindProblem(given, methods) is { } wrong)
            return FaultReason.Because(Fault.Argument, wrong);
        // Without a client, or a name of its, there is nothing to check by SPF.
        bool usesSpf = (methods & CheckMethods.Spf) != 0 && given.Client != 0 && (given.Helo != 0 || given.Sender != 0);
        IPAddress? client = null;
        string? helo = null, sender = null, sealers = null;
        var fault = usesSpf ? ReadClient(given.Client, out client) : Fault.None;
        if (fault == Fault.None && usesSpf)
            fault = Text.ReadOptional(given.Helo, "helo", out helo);
        if (fault == Fault.None && usesSpf)
            fault = Text.ReadOptional(given.Sender, "sender", out sender);
        if (fault == Fault.None && (methods & CheckMethods.Dmarc) != 0)
            fault = Text.ReadOptional(given.TrustedSealers, "trusted_sealers", out sealers);
        subject = subject with
        {
            Methods = usesSpf ? methods : methods & ~CheckMethods.Spf,
            Client = client,
            Helo = helo,
            Sender = sender is ['<', .. var path, '>'] ? path : sender,
            TrustedSealers = sealers,
            Timeout = TimeSpan.FromMilliseconds(given.TimeoutMilliseconds),
        };
        return fault;
    }

    /// <summary>Whether there is one message; its source is not looked at.</summary>
    public static Fault CheckMessage(in AuthQueryLayout given)
    {
        int sources = (given.Message != 0 ? 1 : 0) + (given.Path != 0 ? 1 : 0) + (given.Read != 0 ? 1 : 0);
        if (sources != 1)
            return FaultReason.Because(
                Fault.Argument, $"the message has one source: message, path or read; these are {sources}");
        return given.MessageSize != 0 && given.Message == 0
            ? FaultReason.Because(Fault.Argument, "message is NULL, and message_size is not 0")
            : Fault.None;
    }

    /// <summary>Reads the message to its end, on this thread; where it cannot, the question is dropped.</summary>
    public static Fault Feed<T>(in AuthQueryLayout given, HostQuestion<T> question) where T : class
    {
        var fault = given.Message != 0 ? FeedMemory(given.Message, given.MessageSize, question)
            : given.Read != 0 ? FeedReader(given.Read, given.ReadUser, question)
            : FeedFile(given.Path, question);
        if (fault == Fault.None)
            question.End();
        else
            question.Dispose();
        return fault;
    }

    private static string? FindProblem(in AuthQueryLayout given, CheckMethods methods)
    {
        if (given.TimeoutMilliseconds is < 0 or > LongestMilliseconds)
            return $"timeout_ms is 0 to {LongestMilliseconds}";
        if (given.Reserved != 0)
            return "reserved is not 0";
        if (methods != CheckMethods.Spf)
            return null;
        if (given.Client == 0)
            return "client is NULL";
        return given.Helo == 0 && given.Sender == 0 ? "helo and sender are NULL" : null;
    }

    private static Fault ReadClient(nint pointer, out IPAddress? client)
    {
        client = null;
        var fault = Text.ReadOptional(pointer, "client", out string? text);
        if (fault != Fault.None || text is null)
            return fault;
        // What .NET takes for an address beside these: one number for four, hexadecimal ones, a port, a zone.
        bool isWhole = (text.Contains(':') || text.Split('.').Length == 4)
            && text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':');
        return isWhole && IPAddress.TryParse(text, out client)
            ? Fault.None
            : FaultReason.Because(Fault.Argument, "client is no IP address");
    }

    private static Fault FeedMemory<T>(nint octets, nuint size, HostQuestion<T> question) where T : class
    {
        if (size > long.MaxValue)
            return FaultReason.Because(Fault.Argument, "message_size is more than there can be");
        for (nuint at = 0; at < size;)
        {
            int length = (int)Math.Min(size - at, int.MaxValue);
            question.Append(new ReadOnlySpan<byte>((byte*)octets + at, length));
            at += (nuint)length;
        }
        return Fault.None;
    }

    private static Fault FeedReader<T>(nint read, nint user, HostQuestion<T> question) where T : class
    {
        var reader = new HostReader(read, user);
        byte[] piece = new byte[PieceSize];
        int length;
        while ((length = reader.Read(piece)) > 0)
            question.Append(piece.AsSpan(0, length));
        return length == 0 ? Fault.None : FaultReason.Because(Fault.Io, "the host's callback gave an error");
    }

    private static Fault FeedFile<T>(nint pointer, HostQuestion<T> question) where T : class
    {
        var fault = Text.Read(pointer, "path", out string path);
        if (fault == Fault.None && path.Length == 0)
            fault = FaultReason.Because(Fault.Argument, "path is empty");
        if (fault != Fault.None || (fault = FileSource.Open(path, out var source)) != Fault.None)
            return fault;
        using (source)
        {
            byte[] piece = new byte[PieceSize];
            int length;
            for (long at = 0; (length = source!.Read(at, piece)) > 0; at += length)
                question.Append(piece.AsSpan(0, length));
        }
        return Fault.None;
    }
}
