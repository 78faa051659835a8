namespace MailModule.Smtp;

/// <summary>An SMTP reply (RFC 5321 §4.2): a code, an enhanced status code if there is one (RFC 3463), text lines.</summary>
public sealed class Reply
{
    /// <param name="code">200 to 599.</param>
    /// <param name="enhanced">Such as "5.7.1"; empty for none.</param>
    /// <param name="lines">At least one; CR, LF and other control characters are not allowed.</param>
    public Reply(int code, string enhanced, params string[] lines) => throw new NotImplementedException();

    public int Code => throw new NotImplementedException();
    public string Enhanced => throw new NotImplementedException();
    public IReadOnlyList<string> Lines => throw new NotImplementedException();
    public bool IsPositive => Code < 400;
    public bool IsTemporary => Code is >= 400 and < 500;

    /// <summary>The wire form, made once: every line with code, enhanced code and CRLF.</summary>
    public ReadOnlySpan<byte> Wire => throw new NotImplementedException();
}
