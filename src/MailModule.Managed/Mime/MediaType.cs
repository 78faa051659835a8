using System.Buffers;

namespace MailModule.Mime;

/// <summary>The value of Content-Type (RFC 2045 §5.1), without its parameters.</summary>
internal static class MediaType
{
    // RFC 2045 §5.1: tspecials are none of a token
    private static readonly SearchValues<char> s_token = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`{|}~");

    /// <summary>In small letters; RFC 2045 §5.2 for what is none.</summary>
    public static string Of(string value) => IsOne(value) ? value : "text/plain";

    /// <param name="value">In small letters.</param>
    public static bool IsOne(string value)
    {
        int slash = value.IndexOf('/');
        return slash > 0 && slash < value.Length - 1 && !value.AsSpan(0, slash).ContainsAnyExcept(s_token)
            && !value.AsSpan(slash + 1).ContainsAnyExcept(s_token);
    }
}
