import unittest

from support import place
from support.authority import RSA, Authority
from support.unpacked import OpenSmtpd, can_run
from world import DeliveryTest


@unittest.skipUnless(can_run(), "OpenSMTPD needs root and a mount namespace")
class ToOpenSmtpd(DeliveryTest):
    zone = ["os MX 10 mx.os", "mx.os A 127.0.0.3", "other MX 10 mx.os", "tls MX 10 mx.tls", "mx.tls A 127.0.0.4"]

    @classmethod
    def before(cls):
        cls.plain = cls.stack.enter_context(OpenSmtpd(cls.folder / "plain", "127.0.0.3", cls.port, ["os.test"], "mx.os.test"))
        certificate = Authority(cls.folder / "ca").issue("mx.tls.test", key_type=RSA)
        cls.tls = cls.stack.enter_context(OpenSmtpd(cls.folder / "tls", "127.0.0.4", cls.port, ["tls.test"], "mx.tls.test", certificate))

    def test_the_samples_arrive_as_they_were_sent(self):
        for path in place.MESSAGES:
            with self.subTest(path.name):
                text = place.crlf(path.read_bytes())
                token = next(line for line in text.split(b"\r\n") if line.lower().startswith(b"message-id:"))
                self.send("anna@os.test", "bert@os.test", message=(token, text))
                for got in self.delivered(self.plain, token, 2):
                    self.assertEqual(text, place.without_trace(place.without_trace(got)))

    def test_where_starttls_is_offered_it_arrives(self):
        """Debian's OpenSMTPD offers STARTTLS and fails in the handshake with some OpenSSL versions: then it has to come in clear text."""
        token = self.send("a@tls.test", "b@tls.test")
        self.delivered(self.tls, token, 2)

    def test_a_refused_recipient_comes_back(self):
        """The zone sends other.test here, which does not take its mail."""
        token = self.send("a@os.test", "b@other.test")
        self.delivered(self.plain, token)
        group = self.report(token).recipients["b@other.test"]
        self.assertEqual("failed", group["Action"])
        self.assertRegex(group["Status"], r"^5\.")
        self.assertIn("Invalid recipient", group["Diagnostic-Code"])
