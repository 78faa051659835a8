using MailModule.Delivery.Outgoing;
using MailModule.Mail;
using MailModule.Primitives;

namespace MailModule.Engine.Importing;

/// <summary>A message that is taken over, at rest: in memory, or in a file without a name while it is long.</summary>
/// <param name="text">Whole; this object's from now on.</param>
internal sealed class LegacyContent(SubmissionContent text) : MessageContent, IDisposable
{
    public override long Length => text.Length;
    public override long WireLength => text.WireLength;
    public override ContentTraits? Traits => text.Traits;
    public bool IsEightBit => text.IsEightBit;

    // It is copied piece by piece wherever it lies.
    public override ReadOnlyMemory<byte> Memory => default;
    public override string? FilePath => null;

    public override Stream OpenRead() => new Reader(text);

    public void Dispose() => text.Dispose();

    private sealed class Reader(SubmissionContent text) : ReadOnlyStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            Fault fault = text.Read(buffer, _at, out int count);
            if (fault != Fault.None)
                throw new IOException(text.Problem.Length > 0 ? text.Problem : FaultWords.Of(fault));
            _at += count;
            return count;
        }
    }
}
