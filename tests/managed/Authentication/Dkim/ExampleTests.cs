using MailModule.Authentication;
using MailModule.Tests.Dns;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>The examples that the RFCs give, with their keys.</summary>
public class ExampleTests
{
    // RFC 6376 appendix C
    private const string Rfc6376Key = "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGe"
        + "LnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
        + "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

    // RFC 6376 appendix A.2, with its errata 3192 and 4926
    private const string Rfc6376Message = """
        DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
              c=simple/simple; q=dns/txt; i=joe@football.example.com;
              h=Received : From : To : Subject : Date : Message-ID;
              bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
              b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
              4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
              KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
              4bmp/YzhwvcubU4=;
        Received: from client1.football.example.com  [192.0.2.1]
              by submitserver.example.com with SUBMISSION;
              Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game. Are you hungry yet?

        Joe.

        """;

    // RFC 8463 appendix A.2
    private const string Ed25519Key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    private const string RsaKey = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk"
        + "08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9Pz"
        + "oxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    // RFC 8463 appendix A.3
    private const string Rfc8463Message = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """;

    private static ScriptedDns Dns => new ScriptedDns().Key("brisbane", "example.com", Rfc6376Key)
        .Key("brisbane", "football.example.com", Ed25519Key).Key("test", "football.example.com", RsaKey);

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task The_example_of_RFC_6376_is_right_however_it_comes(string lineEnd)
    {
        foreach (int size in Passing.Sizes)
        {
            DkimResult result = Assert.Single(await DkimSamples.Verify(
                Passing.Octets(Rfc6376Message.ReplaceLineEndings(lineEnd)), Dns, size));
            Assert.Equal((AuthResult.Pass, ""), (result.Result, result.Text));
            Assert.Equal(("example.com", "brisbane", "joe@football.example.com", "rsa-sha256", 1024, "AuUoFEfD"),
                (result.Domain, result.Selector, result.Identity, result.Algorithm, result.KeyBits,
                    result.SignatureStart));
            Assert.Equal(["received", "from", "to", "subject", "date", "message-id"], result.SignedFields);
            Assert.Equal((-1L, false, false), (result.SignedLength, result.IsBodyLonger, result.IsTesting));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Both_signatures_of_RFC_8463_are_right_however_they_come(string lineEnd)
    {
        foreach (int size in Passing.Sizes)
        {
            IReadOnlyList<DkimResult> results = await DkimSamples.Verify(
                Passing.Octets(Rfc8463Message.ReplaceLineEndings(lineEnd)), Dns, size);
            Assert.Equal(["ed25519-sha256 brisbane 256 Pass", "rsa-sha256 test 1024 Pass"],
                results.Select(found => $"{found.Algorithm} {found.Selector} {found.KeyBits} {found.Result}"));
            Assert.All(results, found => Assert.Equal(1528637909, found.SignedAt!.Value.ToUnixTimeSeconds()));
        }
    }

    [Fact]
    public async Task The_example_with_another_body_is_wrong()
    {
        string changed = Rfc6376Message.Replace("hungry", "angry", StringComparison.Ordinal);
        Assert.Equal(AuthResult.Fail, (await DkimSamples.VerifyOne(changed, Dns)).Result);
    }
}
