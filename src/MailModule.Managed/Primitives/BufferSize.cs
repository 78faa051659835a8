namespace MailModule.Primitives;

/// <summary>
/// How large a buffer becomes that has to grow: computed in 64 bits, for what is to fit in may be large.
/// </summary>
internal static class BufferSize
{
    /// <summary>
    /// At least what is needed, and twice what there was, so that growing costs little for each octet.
    /// </summary>
    /// <exception cref="OutOfMemoryException">No array is that large.</exception>
    public static int For(long needed, int current)
        => needed <= Array.MaxLength
            ? (int)Math.Clamp(2L * current, needed, Array.MaxLength)
            : throw new OutOfMemoryException($"a buffer of {needed} octets is too large");
}
