using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MailModule.Primitives;

/// <summary>
/// What an exception says, in the system's words or in ours: a message of the runtime's would name its types, and what
/// a person can do nothing about. Nothing else may show an exception's message (MessageTests).
/// </summary>
public static class ExceptionWords
{
    // No error of the system's or of the runtime's has this number.
    private const int OurNumber = 0x4D4D0001;

    private const int OfWindows = unchecked((int)0x80070000); // FACILITY_WIN32

    /// <summary>For what was foreseen: files, sockets, memory. Never empty.</summary>
    public static string Of(Exception e) => e switch
    {
        SocketException socket => OfSocket(socket.SocketErrorCode),
        IOException { InnerException: SocketException socket } => OfSocket(socket.SocketErrorCode),
        IOException or UnauthorizedAccessException when SystemErrorOf(e) is > 0 and var number
            => OfSystem(number),
        _ when IsOurs(e) => e.Message,
        FileNotFoundException or DirectoryNotFoundException => FaultWords.Of(Fault.NotFound),
        UnauthorizedAccessException => "it may not be read or written",
        OutOfMemoryException => FaultWords.Of(Fault.Memory),
        OperationCanceledException => FaultWords.Of(Fault.Cancelled),
        TimeoutException => FaultWords.Of(Fault.Timeout),
        IOException => FaultWords.Of(Fault.Io),
        _ => FaultWords.Of(Fault.Internal),
    };

    /// <summary>The system's words for an error of its sockets.</summary>
    internal static string OfSocket(SocketError error)
    {
        if (SocketWords.Of(error) is { } words)
            return words;
        int number = new SocketException((int)error).NativeErrorCode;
        string text = number > 0 ? OfSystem(number) : "";
        return text.Length > 0 && !text.StartsWith("Unknown", StringComparison.Ordinal)
            ? text
            : FaultWords.Of(Fault.Connect);
    }

    // Windows has whole sentences.
    private static string OfSystem(int number) => Marshal.GetPInvokeErrorMessage(number).TrimEnd('.');

    /// <summary>For a file or message that cannot be read or made: it says itself what is wrong.</summary>
    internal static IOException Unreadable(string text) => new(text, OurNumber);

    private static bool IsOurs(Exception e) => e is InvalidDataException || e.HResult == OurNumber;

    // The runtime puts the number of the system's error there, where it has one: as it is, or on Windows behind 0x8007,
    // which exceptions with a type of their own have everywhere.
    private static int SystemErrorOf(Exception e)
    {
        bool isPlain = e is IOException and not (FileNotFoundException or DirectoryNotFoundException
            or PathTooLongException or EndOfStreamException);
        return e.HResult is > 0 and < 4096 ? e.HResult
            : isPlain && (e.HResult & ~0xFFFF) == OfWindows ? e.HResult & 0xFFFF
            : 0;
    }
}
