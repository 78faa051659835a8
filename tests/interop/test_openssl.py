from client import ClientTest


class Openssl(ClientTest):
    program = "openssl"

    def talks(self, port, commands, *more):
        text = self.ran("openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", self.cert, "-verify_return_error", "-quiet",
                        "-ign_eof", "-crlf", *more, input=commands)
        return text

    def test_negotiates_starttls_for_smtp(self):
        text = self.talks(self.host.smtp, "EHLO client.example.net\nQUIT\n", "-starttls", "smtp")
        self.assertIn("250", text)
        self.assertNotIn("STARTTLS", text)  # RFC 3207 §4.2: not offered once it has been used
        self.assertIn("221", text)

    def test_negotiates_stls_for_pop3(self):
        text = self.talks(self.host.pop, "CAPA\nQUIT\n", "-starttls", "pop3")
        self.assertIn("UIDL", text)
        self.assertNotIn("STLS", text)  # RFC 2595 §4

    def test_speaks_tls_1_2_and_1_3_from_the_first_byte(self):
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                self.assertIn("221", self.talks(self.host.smtps, "QUIT\n", version))
                self.assertIn("+OK", self.talks(self.host.pop3s, "QUIT\n", version))
