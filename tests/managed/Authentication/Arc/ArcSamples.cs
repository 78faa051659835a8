using System.Buffers;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Arc;
using MailModule.Authentication.Dkim;
using MailModule.Dns;
using MailModule.Tests.Authentication.Dkim;

namespace MailModule.Tests.Authentication.Arc;

/// <summary>Messages that are sealed and validated.</summary>
internal static class ArcSamples
{
    public const string Own = "mx.example.org";

    public static readonly DkimKey Key = new("example.org", "sel", DkimSamples.Rsa);

    public const string Found = $"Authentication-Results: {Own}; spf=pass smtp.mailfrom=joe@example.org;\r\n"
        + " dkim=none; arc=none; dmarc=pass header.from=example.org\r\n";

    /// <summary>With what was found out in front.</summary>
    public const string Message = Found + DkimSamples.Message;

    /// <summary>The fields of a new set; empty: the message is not sealed.</summary>
    public static string Seal(string message, ArcSealing? sealing = null, int size = int.MaxValue)
    {
        sealing ??= new ArcSealing(Key, Own, new DkimSamples.SetTime(DkimSamples.Now));
        Passing.Pass(Passing.Octets(message), size, sealing);
        var output = new ArrayBufferWriter<byte>();
        sealing.WriteFields(output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }

    public static ArcSealing With(string results, DkimKey? key = null)
        => new(key ?? Key, Own, new DkimSamples.SetTime(DkimSamples.Now)) { Results = results };

    /// <summary>A message with so many sets, all right.</summary>
    public static string Chain(int sets)
    {
        string message = Message;
        for (int i = 0; i < sets; i++)
            message = Seal(message, With(i == 0 ? "arc=none" : "arc=pass")) + message;
        return message;
    }

    public static async Task<ArcResult> Validate(
        string message, IDns? dns = null, int size = int.MaxValue, DateTimeOffset? now = null)
    {
        var validation = new ArcValidation(new DkimSamples.SetTime(now ?? DkimSamples.Now));
        Passing.Pass(Passing.Octets(message), size, validation);
        validation.BeginLookUps(dns ?? DkimSamples.Keys, CancellationToken.None);
        return await validation.Complete();
    }
}
