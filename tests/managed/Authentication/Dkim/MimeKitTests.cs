using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.OpenSsl;
using static MailModule.Tests.Authentication.Dkim.DkimSamples;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>MimeKit's DKIM as a second opinion, both ways.</summary>
public class MimeKitTests
{
    private const int Rounds = 100;

    [Fact]
    public void What_we_sign_MimeKit_verifies()
    {
        var random = new Random(1);
        var verifier = new DkimVerifier(new Locator(Rsa.Record));
        for (int round = 0; round < Rounds; round++)
        {
            string message = RandomMessage.Make(random);
            var signing = new DkimSigning(new OneKey(), new SetTime(Now));
            Passing.Pass(Passing.Octets(message), 1 + random.Next(100), signing);
            var fields = new ArrayBufferWriter<byte>();
            signing.WriteFields(fields);
            string signed = Encoding.Latin1.GetString(fields.WrittenSpan) + message;
            MimeMessage read = MimeMessage.Load(new MemoryStream(Passing.Octets(signed)));
            Assert.True(verifier.Verify(read, read.Headers.First(field => field.Id == HeaderId.DkimSignature)), signed);
        }
    }

    [Fact]
    public async Task What_MimeKit_signs_we_verify()
    {
        var random = new Random(2);
        using RSA rsa = RSA.Create(2048);
        using var pem = new StringReader(rsa.ExportPkcs8PrivateKeyPem());
        var key = (AsymmetricKeyParameter)new PemReader(pem).ReadObject();
        var dns = new MailModule.Tests.Dns.ScriptedDns().Key("sel", "example.org",
            SigningKey.Read(rsa.ExportPkcs8PrivateKeyPem(), out _)!.Record);
        for (int round = 0; round < Rounds; round++)
        {
            string message = RandomMessage.Make(random);
            var signer = new DkimSigner(key, "example.org", "sel")
            {
                HeaderCanonicalizationAlgorithm = Form(random),
                BodyCanonicalizationAlgorithm = Form(random),
            };
            MimeMessage read = MimeMessage.Load(new MemoryStream(Passing.Octets(message)));
            signer.Sign(read, ["From", "Subject", "X-Other"]);
            using var signed = new MemoryStream();
            read.WriteTo(new FormatOptions { NewLineFormat = NewLineFormat.Dos }, signed);
            DkimResult result = Assert.Single(await Verify(signed.ToArray(), dns, 1 + random.Next(100),
                DateTimeOffset.UtcNow));
            Assert.True(result.Result == AuthResult.Pass, result.Text + Encoding.Latin1.GetString(signed.ToArray()));
        }
    }

    private static DkimCanonicalizationAlgorithm Form(Random random) => (DkimCanonicalizationAlgorithm)random.Next(2);

    private sealed class OneKey : IDkimKeys
    {
        public IReadOnlyList<DkimKey> Find(string domain) => [new DkimKey("example.org", "sel", Rsa)];
    }

    private sealed class Locator(string record) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancel = default)
            => GetPublicKey(record);

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancel = default)
            => Task.FromResult(GetPublicKey(record));
    }
}
