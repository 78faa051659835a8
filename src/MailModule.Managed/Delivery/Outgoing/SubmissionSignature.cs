using System.Buffers;
using MailModule.Delivery.Signing;
using MailModule.Mime;
using MailModule.Primitives;

namespace MailModule.Delivery.Outgoing;

/// <summary>A submission's content as it was signed, and what then stands in front of it. Immutable.</summary>
internal sealed class SubmissionSignature
{
    private const int PieceLength = 64 * 1024;

    private SubmissionSignature(
        ReadOnlyMemory<byte> fields, SubmissionHeader header, SubmissionContent content)
    {
        Fields = fields;
        Header = header;
        Content = content;
    }

    /// <summary>
    /// The DKIM-Signature fields, then the fields that this host adds, then what stands in for a part of the header.
    /// </summary>
    public ReadOnlyMemory<byte> Fields { get; }

    /// <summary>Of <see cref="Content"/>.</summary>
    public SubmissionHeader Header { get; }

    /// <summary>The content that was given, or, where it had to be encoded, another, which the caller disposes of.
    /// </summary>
    public SubmissionContent Content { get; }

    /// <summary>Signs finished content. Reads it from front to back, some of it once or twice more, and may touch the
    /// disk; blocks: workers only.</summary>
    /// <param name="added">Fields that go in front of the content.</param>
    /// <param name="isUtf8">SMTPUTF8 will be asked for (RFC 6531).</param>
    /// <returns>Null: it has no key, or cannot be signed, or not be read, which will show when it is sent.</returns>
    public static SubmissionSignature? Make(
        SigningOptions options, ReadOnlyMemory<byte> added, SubmissionHeader header, SubmissionContent content,
        bool isUtf8)
    {
        SigningPass? pass = TryPass(options, added, header, content);
        if (pass is null)
            return null;
        SubmissionContent signed = content;
        if (options.Converts && SignableForm.Find(Open, pass.Traits, isUtf8) is { } form
            && TryConvert(form, Open, content) is { } converted)
        {
            (signed, header) = (converted, SubmissionHeader.Untouched);
            pass = TryPass(options, added, header, signed);
        }
        ReadOnlyMemory<byte> signatures = pass?.Sign() ?? default;
        if (!signatures.IsEmpty)
            return new SubmissionSignature(
                (byte[])[.. signatures.Span, .. added.Span, .. header.Replacement.Span], header, signed);
        if (signed != content)
            signed.Dispose();
        return null;

        // until the content is replaced, the header is its own
        Stream Open() => new SubmissionText(header, content);
    }

    // Null: no key, or it cannot be read.
    private static SigningPass? TryPass(
        SigningOptions options, ReadOnlyMemory<byte> added, SubmissionHeader header, SubmissionContent content)
    {
        var pass = new SigningPass(options);
        pass.Append(added.Span);
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            using var text = new SubmissionText(header, content);
            for (int count = 1; count > 0 && !(pass.IsHeaderOver && !pass.HasKey);)
            {
                count = text.Read(piece);
                pass.Append(piece.AsSpan(0, count));
            }
            pass.End();
            return pass.HasKey ? pass : null;
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static SubmissionContent? TryConvert(Conversion form, Func<Stream> open, SubmissionContent content)
    {
        SubmissionContent converted = content.NewAlike();
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        Fault fault = Fault.None;
        try
        {
            using Stream text = form.Open(open());
            while (fault == Fault.None && text.Read(piece) is > 0 and var count)
                fault = converted.Write(piece.AsSpan(0, count));
            if (fault == Fault.None)
                fault = converted.Finish();
        }
        catch (IOException)
        {
            fault = Fault.Io;
        }
        ArrayPool<byte>.Shared.Return(piece);
        if (fault == Fault.None)
            return converted;
        converted.Dispose();
        return null;
    }
}
