namespace MailModule.Authentication;

/// <summary>What takes a canonical form, piece by piece.</summary>
internal interface ICanonicalOutput
{
    /// <summary>The octets are the caller's again when this returns.</summary>
    void Write(ReadOnlySpan<byte> octets);
}
