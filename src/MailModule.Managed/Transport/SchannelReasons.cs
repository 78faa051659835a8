namespace MailModule.Transport;

/// <summary>Why a handshake failed on Windows, in words, from the number that SChannel gives (winerror.h).</summary>
internal static class SchannelReasons
{
    /// <summary>Null: it is none of SChannel's, or none that there is more to say of than Windows does.</summary>
    public static string? Find(int number) => (uint)number switch
    {
        0x80090302 => "no common version of TLS", // SEC_E_UNSUPPORTED_FUNCTION
        0x80090331 => "no common cipher or version of TLS", // SEC_E_ALGORITHM_MISMATCH
        0x80090308 => "the peer does not speak TLS", // SEC_E_INVALID_TOKEN
        0x8009030D or 0x8009030E => "the system does not take our certificate or its key", // …CREDENTIALS
        0x8009030F or 0x80090330 => "what came was altered on the way", // SEC_E_MESSAGE_ALTERED, …DECRYPT_FAILURE
        0x80090317 => "the peer closed the connection", // SEC_E_CONTEXT_EXPIRED
        0x80090322 => "the certificate is for another name", // SEC_E_WRONG_PRINCIPAL
        0x80090325 => "the certificate's root is not trusted", // SEC_E_UNTRUSTED_ROOT
        0x80090326 => "the peer refuses the handshake, or what came is malformed", // SEC_E_ILLEGAL_MESSAGE
        0x80090327 or 0x80090349 => "the certificate is not good", // SEC_E_CERT_UNKNOWN, SEC_E_CERT_WRONG_USAGE
        0x80090328 => "the certificate has expired, or is not valid yet", // SEC_E_CERT_EXPIRED
        _ => null,
    };
}
