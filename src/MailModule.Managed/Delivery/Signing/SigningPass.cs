using System.Buffers;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Lines;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Delivery.Signing;

/// <summary>
/// A message of ours on its way past what signs it, in the form in which other hosts will get it: each line end CRLF,
/// no NUL. Takes it from the first field that is signed on, cut anywhere. One message, one thread at a time.
/// </summary>
internal sealed class SigningPass
{
    private const int PieceLength = 4 * 1024;
    private const string Unsigned = "no key of its From domain can be used: a message goes unsigned";

    [ThreadStatic]
    private static byte[]? t_wire;

    private readonly SigningOptions _options;
    private readonly DkimSigning _signing;
    private readonly MessagePass _pass;
    private DotWriter _lines = new() { IsChunk = true };
    private ContentScan _scan;
    private bool _hasEnded;

    public SigningPass(SigningOptions options)
    {
        _options = options;
        _signing = new DkimSigning(options.Keys, options.Time);
        _pass = new MessagePass(_signing);
    }

    /// <summary>What there is of the header section was looked at: <see cref="HasKey"/> is known.</summary>
    public bool IsHeaderOver => _pass.IsHeaderOver;

    /// <summary>There is a key for the domain of the From field.</summary>
    public bool HasKey => IsHeaderOver && _signing.IsSigned;

    /// <summary>Octets that the fields of <see cref="Sign"/> have at most.</summary>
    public int MostOctets => _signing.MostOctets;

    /// <summary>Of all that has passed.</summary>
    public ContentTraits Traits => _scan.Traits;

    public void Append(ReadOnlySpan<byte> octets)
    {
        _scan.Add(octets);
        byte[] wire = t_wire ??= new byte[2 * PieceLength];
        while (!octets.IsEmpty)
        {
            _lines.Write(octets[..Math.Min(octets.Length, PieceLength)], wire, out int consumed, out int written);
            octets = octets[consumed..];
            _pass.Append(wire.AsSpan(0, written));
        }
    }

    /// <summary>The message is over. Once; more calls do nothing.</summary>
    public void End()
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        Span<byte> last = stackalloc byte[DotWriter.FinishRoom];
        _pass.Append(last[.._lines.Finish(last)]);
        _pass.End();
    }

    /// <summary>
    /// The DKIM-Signature fields, whole, each with its CRLF; none where there is no key, or none that can be used: the
    /// log says so then. Takes the processor a millisecond for each RSA key, and may read files.
    /// </summary>
    public ReadOnlyMemory<byte> Sign()
    {
        End();
        if (!HasKey)
            return default;
        var fields = new ArrayBufferWriter<byte>(MostOctets);
        try
        {
            _signing.WriteFields(fields);
        }
        catch (Exception e)
        {
            // Whatever a key does that cannot be used: a message that nobody can sign goes unsigned.
            _options.Log.WriteFailure("dkim", Unsigned, e);
            return default;
        }
        if (fields.WrittenCount == 0)
            _options.Log.Write(LogLevel.Error, "dkim", Unsigned);
        return fields.WrittenMemory;
    }
}
