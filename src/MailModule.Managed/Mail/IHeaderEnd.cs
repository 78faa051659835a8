using System.Buffers;

namespace MailModule.Mail;

/// <summary>Is asked for the fields that are missing where a header section ends.</summary>
internal interface IHeaderEnd
{
    /// <summary>A missing From is of concern: there is somebody to name.</summary>
    bool NamesSender => false;

    /// <summary>Writes whole fields, each with its CRLF, or nothing.</summary>
    /// <param name="header">Knows which fields there are.</param>
    void WriteMissing(HeaderFilter header, IBufferWriter<byte> output);
}
