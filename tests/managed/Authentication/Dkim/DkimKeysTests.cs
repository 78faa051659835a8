using System.Security.Cryptography;
using MailModule.Authentication;
using MailModule.Authentication.Dkim;
using MailModule.Primitives;
using MailModule.Tests.Support;

namespace MailModule.Tests.Authentication.Dkim;

/// <summary>Private keys in files: which are found for a domain, which can be used, and when they are read again.
/// </summary>
public sealed class DkimKeysTests : IDisposable
{
    private static readonly string s_rsa = Made(static key => key.ExportPkcs8PrivateKeyPem());
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_of_the_domain_count_else_those_of_its_nearest_parent()
    {
        var keys = KeysOf("example.org;a", "example.org;b", "mail.example.org;c", "xn--bcher-kva.example;d");
        Assert.Equal(["a", "b"], Found(keys, "example.org"));
        Assert.Equal(["c"], Found(keys, "mail.example.org"));
        Assert.Equal(["c"], Found(keys, "deep.below.mail.example.org"));
        Assert.Equal(["a", "b"], Found(keys, "Other.EXAMPLE.org."));
        Assert.Equal(["d"], Found(keys, "bücher.example"));
        string[] nobodys = ["org", "notexample.org", "example.org.test", "", ".", "..", "a b", "[127.0.0.1]"];
        foreach (string none in nobodys)
            Assert.Empty(Found(keys, none));
        Assert.Empty(_lines);
    }

    [Fact]
    public void A_key_that_changes_is_read_again_and_a_broken_one_leaves_the_one_before()
    {
        var keys = KeysOf("example.org;a");
        SigningKey first = Assert.Single(keys.Find("example.org")).Key;
        Assert.Same(first, Assert.Single(keys.Find("example.org")).Key);
        File.WriteAllText(_folder.In("a.pem"), "nothing of use");
        Assert.Same(first, Assert.Single(keys.Find("example.org")).Key);
        Assert.Same(first, Assert.Single(keys.Find("example.org")).Key);
        string told = Assert.Single(_lines);
        Assert.Contains("a.pem", told, StringComparison.Ordinal);
        Assert.Contains("the key read before stays in use", told, StringComparison.Ordinal);
        File.Delete(_folder.In("a.pem"));
        Assert.Same(first, Assert.Single(keys.Find("example.org")).Key);
        Write("a.pem", Made(static key => key.ExportRSAPrivateKeyPem()));
        SigningKey second = Assert.Single(keys.Find("example.org")).Key;
        Assert.NotEqual(first.Record, second.Record);
        Assert.Contains(_lines, line => line.EndsWith("read again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_never_could_be_used_is_told_of_once_and_left_out()
    {
        var keys = KeysOf("example.org;a", "example.org;b");
        File.WriteAllText(_folder.In("a.pem"), "");
        Assert.Equal(["b"], Found(keys, "example.org"));
        Assert.Equal(["b"], Found(keys, "example.org"));
        Assert.Contains("nothing is signed with it", Assert.Single(_lines), StringComparison.Ordinal);
        Assert.Contains("a.pem", keys.TryLoad(), StringComparison.Ordinal);
        Write("a.pem", s_rsa);
        Assert.Null(keys.TryLoad());
        Assert.Equal(["a", "b"], Found(keys, "example.org"));
    }

    [Fact]
    public void Settings_that_change_count_at_once_and_keep_what_was_read()
    {
        Write("a.pem", s_rsa);
        Write("b.pem", s_rsa);
        IReadOnlyList<DkimKeyPlace> places = [Place("example.org;a")];
        var keys = new DkimKeys(() => places, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));
        SigningKey first = Assert.Single(keys.Find("example.org")).Key;
        Assert.True(keys.IsAny);
        places = [Place("example.org;a"), Place("example.net;b"), Place("example.net;b")];
        Assert.Same(first, Assert.Single(keys.Find("example.org")).Key);
        Assert.Equal(["b"], Found(keys, "example.net"));
        places = [];
        Assert.False(keys.IsAny);
        Assert.Empty(keys.Find("example.org"));
    }

    [Theory]
    [InlineData("rsa 1024", "1024 bits")]
    [InlineData("rsa 2048", null)]
    [InlineData("pkcs1", null)]
    [InlineData("behind a certificate", null)]
    [InlineData("encrypted", "encrypted")]
    [InlineData("old encrypted", "encrypted")]
    [InlineData("ecdsa", "unknown kind")]
    [InlineData("old ecdsa", "ECDSA")]
    [InlineData("openssh", "OpenSSH")]
    [InlineData("public", "public")]
    [InlineData("cut", "no private key")]
    [InlineData("damaged", "")]
    [InlineData("other numbers", "")]
    [InlineData("none", "no private key")]
    public void What_is_wrong_with_a_key_is_told_and_nothing_of_it(string kind, string? problem)
    {
        string pem = PemOf(kind);
        Write("x.pem", pem);
        string? told = DkimKeyFile.Read(Place("example.org;x"), out DkimKey? key);
        Assert.Equal(problem is null, key is not null);
        if (problem is null)
        {
            Assert.Null(told);
            return;
        }
        Assert.Contains(problem, told, StringComparison.Ordinal);
        Assert.StartsWith(_folder.In("x.pem"), told, StringComparison.Ordinal);
        Assert.DoesNotContain("MII", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_none_is_told_of()
    {
        Assert.Contains("no such file", DkimKeyFile.Read(Place("example.org;none"), out _), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder.In("folder.pem"));
        Assert.Contains("folder", DkimKeyFile.Read(Place("example.org;folder"), out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_of_a_key_and_garbage_are_no_key()
    {
        for (int length = 0; length < s_rsa.Length - 1; length += 7)
            Assert.Null(SigningKey.Read(s_rsa.AsSpan(0, length), out _));
        var random = new Random(5);
        char[] pem = s_rsa.ToCharArray();
        for (int i = 0; i < 200; i++)
        {
            char[] other = [.. pem];
            other[30 + random.Next(pem.Length - 60)] = (char)random.Next(33, 127);
            Write("x.pem", new string(other));
            if (DkimKeyFile.Read(Place("example.org;x"), out DkimKey? key) is null)
                Assert.Equal(SigningKey.Read(s_rsa, out _)!.Record, key!.Key.Record);
        }
    }

    [Theory]
    [InlineData("example.org;s1;keys/a.pem", "s1._domainkey.example.org", "/etc/mail/keys/a.pem")]
    [InlineData(" Example.ORG. ; S.One ; /k.pem ", "s.one._domainkey.example.org", "/k.pem")]
    [InlineData("bücher.example;s;k", "s._domainkey.xn--bcher-kva.example", "/etc/mail/k")]
    public void A_line_of_the_settings_is_a_place(string text, string name, string file)
    {
        Assert.True(DkimKeyPlace.TryParse(text, "/etc/mail", out DkimKeyPlace place, out string error), error);
        Assert.Equal((name, file), (place.RecordName, place.File));
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org")]
    [InlineData("example.org;s")]
    [InlineData("example.org;s;")]
    [InlineData(";s;k")]
    [InlineData("example.org;;k")]
    [InlineData("example.org;s;k;x")]
    [InlineData("exa mple.org;s;k")]
    [InlineData("example..org;s;k")]
    [InlineData(".;s;k")]
    [InlineData("example.org;a b;k")]
    [InlineData("example.org;a\\032;k")]
    public void What_is_no_place_is_an_error(string text)
    {
        Assert.False(DkimKeyPlace.TryParse(text, "/etc/mail", out _, out string error));
        Assert.NotEqual("", error);
    }

    [Fact]
    public void A_name_that_does_not_fit_into_the_dns_is_an_error()
    {
        string domain = string.Join('.', Enumerable.Repeat(new string('a', 60), 4));
        Assert.False(DkimKeyPlace.TryParse($"{domain};selector;k", "/", out _, out string error));
        Assert.Contains("too long", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2048)]
    [InlineData(2048, 2048)]
    [InlineData(3072, 3072)]
    public void An_rsa_key_that_is_made_can_be_used(int bits, int has)
    {
        Assert.Equal(Fault.None, NewDkimKey.MakeRsa(bits, out NewDkimKey? made));
        Check(made!, has, "v=DKIM1; k=rsa; p=MII");
    }

    [Fact]
    public void An_ed25519_key_that_is_made_can_be_used()
    {
        Assert.Equal(Fault.None, NewDkimKey.MakeEd25519(out NewDkimKey? made));
        Check(made!, 256, "v=DKIM1; k=ed25519; p=");
        Assert.Equal("MC4CAQAwBQYDK2VwBCIEI", made!.Pem.Split('\n')[1][..21]); // as openssl genpkey writes it
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1024)]
    [InlineData(2047)]
    [InlineData(2050)]
    [InlineData(4160)]
    [InlineData(int.MaxValue)]
    public void A_key_of_another_length_is_not_made(int bits)
        => Assert.Equal(Fault.Argument, NewDkimKey.MakeRsa(bits, out _));

    private void Check(NewDkimKey made, int bits, string begins)
    {
        Write("x.pem", made.Pem);
        Assert.Null(DkimKeyFile.Read(Place("example.org;x"), out DkimKey? key));
        Assert.Equal((bits, made.Record), (key!.Key.Bits, key.Key.Record));
        Assert.StartsWith(begins, made.Record, StringComparison.Ordinal);
    }

    private DkimKeys KeysOf(params string[] texts)
    {
        DkimKeyPlace[] places = Array.ConvertAll(texts, Place);
        foreach (DkimKeyPlace place in places)
            Write(Path.GetFileName(place.File), s_rsa);
        return new DkimKeys(() => places, new Log(LogLevel.Debug, (_, _, text) => _lines.Add(text)));
    }

    // "domain;selector", whose file is the selector and .pem
    private DkimKeyPlace Place(string text)
    {
        string line = $"{text};{text.Split(';')[1]}.pem";
        Assert.True(DkimKeyPlace.TryParse(line, _folder.Path, out DkimKeyPlace place, out string error), error);
        return place;
    }

    private static string[] Found(DkimKeys keys, string domain)
        => [.. keys.Find(domain).Select(key => key.Selector)];

    // By another length or another moment the file differs from the one before.
    private void Write(string name, string text)
    {
        string made = _folder.In($"{name}.new");
        File.WriteAllText(made, text);
        File.Move(made, _folder.In(name), overwrite: true);
    }

    private static string Made(Func<RSA, string> form, int bits = 2048)
    {
        using var key = RSA.Create(bits);
        return form(key);
    }

    private static string PemOf(string kind)
    {
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return kind switch
        {
            "rsa 1024" => Made(static key => key.ExportPkcs8PrivateKeyPem(), 1024),
            "rsa 2048" => s_rsa,
            "pkcs1" => Made(static key => key.ExportRSAPrivateKeyPem()),
            "behind a certificate" => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + s_rsa,
            "encrypted" => Made(key => key.ExportEncryptedPkcs8PrivateKeyPem("x", encryption)),
            "old encrypted" => "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\n"
                + "AAAA\n-----END RSA PRIVATE KEY-----\n",
            "ecdsa" => curve.ExportPkcs8PrivateKeyPem(),
            "old ecdsa" => curve.ExportECPrivateKeyPem(),
            "openssh" => "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "public" => Made(static key => key.ExportSubjectPublicKeyInfoPem()),
            "cut" => s_rsa[..(s_rsa.Length / 2)],
            "damaged" => s_rsa.Replace(s_rsa.Split('\n')[3], new string('A', 64), StringComparison.Ordinal),
            "other numbers" => OtherNumbers(),
            _ => "no key at all",
        };
    }

    // The modulus of one key, and the rest of another.
    private static string OtherNumbers()
    {
        string one = Made(static key => key.ExportRSAPrivateKeyPem());
        string other = Made(static key => key.ExportRSAPrivateKeyPem());
        string[] lines = one.Split('\n');
        string[] others = other.Split('\n');
        lines[2] = others[2];
        return string.Join('\n', lines);
    }
}
