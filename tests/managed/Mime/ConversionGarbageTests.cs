using System.Text;
using MailModule.Mail;
using MailModule.Mime;

namespace MailModule.Tests.Mime;

public class ConversionGarbageTests
{
    private static readonly byte[] s_message = Encoding.UTF8.GetBytes(
        "Received: from grün.example (ü) by b.example; Sat, 28 Nov 2026 19:00:00 +0000\r\n"
            + "From: \"Jörg, Dr.\" <j@grün.example>\r\nTo: für: a@b.example, \"ü\" <c@d.example>;\r\n"
            + "Subject: grün =?utf-8?q?x=C3=A9?= und\r\n noch mehr\r\nDKIM-Signature: v=1; b=ü\r\n"
            + "Content-Type: multipart/mixed; boundary=\"b\"; x*0=ü; x*1*=utf-8''%C3%A9\r\n\r\nvor ü\r\n--b\r\n"
            + "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: ü\r\n\r\nü\r\n"
            + "--b\r\n"
            + "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\n\r\nx\r\n--s\r\n\r\ny\r\n--s--\r\n--b\r\n"
            + "Content-Disposition: attachment; filename=ü.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nw7w=ü\r\n"
            + "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC ü=\r\n--b\r\n\r\nü\r\n"
            + "--b--\r\nnach ü\r\n");

    [Fact]
    public void Every_prefix_has_a_form_or_a_fault()
    {
        for (int length = 1; length <= s_message.Length; length++)
            Check(s_message[..length]);
        Assert.Equal(ConversionFault.None, Conversion.Plan(
            () => new MemoryStream(s_message), new SendableForm(false, false)).Fault);
    }

    [Fact]
    public void Garbage_has_a_form_or_a_fault()
    {
        var random = new Random(19);
        ReadOnlySpan<byte> liked = "\n\n\r:;,<>@\"()=?-b \t\0\\[]*%'"u8;
        for (int i = 0; i < 4000; i++)
        {
            byte[] octets = [.. s_message];
            for (int changes = random.Next(1, 12); changes > 0; changes--)
                octets[random.Next(octets.Length)] = random.Next(3) == 0
                    ? (byte)random.Next(256)
                    : liked[random.Next(liked.Length)];
            int start = random.Next(octets.Length / 2);
            Check(random.Next(2) == 0 ? octets : octets[start..]);
        }
    }

    [Fact]
    public void Nothing_but_garbage_has_a_form_or_a_fault()
    {
        var random = new Random(20);
        for (int i = 0; i < 1000; i++)
        {
            byte[] octets = new byte[random.Next(1, 3000)];
            random.NextBytes(octets);
            Check(octets);
        }
    }

    private static void Check(byte[] message)
    {
        foreach (SendableForm form in (SendableForm[])[new(false, false), new(true, false), new(true, true)])
        {
            var plan = Conversion.Plan(() => new MemoryStream(message), form);
            if (plan.Fault != ConversionFault.None)
                continue;
            using Stream outcome = plan.Open(new MemoryStream(message));
            using var all = new MemoryStream();
            outcome.CopyTo(all);
            ContentTraits traits = ContentScan.TraitsOf(all.ToArray());
            Assert.True(traits == ContentTraits.None || form.TakesEightBit && traits == ContentTraits.EightBit);
        }
    }
}
