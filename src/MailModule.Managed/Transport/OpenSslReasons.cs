using System.Globalization;

namespace MailModule.Transport;

/// <summary>
/// Why a handshake failed, in words, from what OpenSSL says of it: "error:0A0000C1:SSL routines::no shared cipher". Its
/// own words follow ours, for whoever looks them up.
/// </summary>
internal static class OpenSslReasons
{
    private const string Mark = "error:";
    private const int CodeLength = 8;
    private const int LibraryShift = 23; // ERR_LIB_OFFSET
    private const int SslLibrary = 20; // ERR_LIB_SSL
    private const int AlertOffset = 1000; // SSL_AD_REASON_OFFSET: the peer has sent this alert

    /// <summary>Null: OpenSSL says nothing there.</summary>
    public static string? Find(string message)
    {
        if (!TryReadCode(message, out uint code))
            return null;
        string own = message[(message.LastIndexOf(':') + 1)..].TrimEnd(')', '.', ' ');
        string? words = ReasonOf(code) is { } reason ? Words(reason) : null;
        return words is null ? own : $"{words} ({own})";
    }

    /// <summary>The alert that the peer has sent, if OpenSSL says so.</summary>
    public static int? FindAlert(string message)
        => TryReadCode(message, out uint code) && ReasonOf(code) is > AlertOffset and < AlertOffset + 256 and var reason
            ? reason - AlertOffset
            : null;

    private static bool TryReadCode(string message, out uint code)
    {
        code = 0;
        int at = message.IndexOf(Mark, StringComparison.Ordinal);
        return at >= 0 && message.Length >= at + Mark.Length + CodeLength
            && uint.TryParse(message.AsSpan(at + Mark.Length, CodeLength), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out code);
    }

    private static int? ReasonOf(uint code) => code >> LibraryShift == SslLibrary ? (int)(code & 0x7FFFFF) : null;

    // The numbers of openssl/sslerr.h, which stay.
    private static string? Words(int reason) => reason switch
    {
        > AlertOffset and < AlertOffset + 256 => WordsOfAlert(reason - AlertOffset),
        181 or 193 => "no common cipher",
        191 or 258 or 266 or 396 => "no common version of TLS: the peer's is too old",
        101 or 118 or 295 => "no common group or signature algorithm",
        134 => "the certificate is not good",
        155 or 156 or 252 or 267 => "the peer does not speak TLS",
        294 => "the peer closed the connection",
        338 => "the peer does not know secure renegotiation (RFC 5746)",
        394 or 397 or 399 => "the peer's key or its certificate's signature is too weak",
        _ => null,
    };

    // RFC 8446 §6.2
    private static string WordsOfAlert(int alert) => alert switch
    {
        40 or 71 => "the peer finds no common cipher or algorithm",
        >= 41 and <= 46 or 48 => "the peer does not take our certificate",
        70 or 86 => "no common version of TLS, says the peer",
        112 => "the peer does not know the server's name",
        116 => "the peer wants a certificate from us",
        _ => $"the peer refuses the handshake, alert {alert}",
    };
}
