using MailModule.Smtp;
using MailModule.Transport;

namespace MailModule.Tests.Fuzz.Targets;

/// <summary>
/// What says who a client is: a PROXY header is told as soon as it is whole or none, and more octets change nothing; a
/// name in a hello can be a host's, and nothing in XCLIENT holds a control character.
/// </summary>
internal static class FrontTarget
{
    public static void Check(byte[] input)
    {
        CheckHeader(input);
        if (ClientHello.Read(input).ServerName is { } name)
            Assert.True(name.Length <= 255 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)
                || c is '-' or '.' or '_'), name);
        if (!XclientArgument.TryParse(input, out XclientArgument read))
            return;
        Assert.DoesNotContain($"{read.Name}{read.Helo}{read.Login}", char.IsControl);
        Assert.True((read.Port ?? 0) is >= 0 and <= 65535);
    }

    private static void CheckHeader(byte[] input)
    {
        (ProxyHeaderState, ProxyHeader) told = default;
        for (int length = 0; length <= Math.Min(input.Length, 5000); length++)
        {
            ProxyHeaderState state = ProxyHeader.TryRead(input.AsSpan(0, length), out ProxyHeader header);
            if (told.Item1 != ProxyHeaderState.Incomplete)
                Assert.Equal(told, (state, header));
            if (state == ProxyHeaderState.Complete)
                Assert.True(header.Length <= length && header.Length <= 4096);
            if (state != ProxyHeaderState.Incomplete)
                told = (state, header);
        }
        Assert.True(input.Length < 4096 || told.Item1 != ProxyHeaderState.Incomplete);
    }
}
