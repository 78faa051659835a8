import os
import pathlib
import subprocess

from client import ClientTest
from support import place


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

    def fails(self, *more):
        """A handshake that the client cannot end; what the server's log says of it."""
        log = self.folder / "module.log"
        before = log.read_bytes().count(b"no TLS: ")
        place.run("openssl", "s_client", "-connect", f"127.0.0.1:{self.host.smtps}", *more, input="")
        self.assertTrue(place.wait_until(lambda: log.read_bytes().count(b"no TLS: ") > before))
        return [line for line in log.read_text().splitlines() if "no TLS: " in line][-1]

    def test_a_handshake_that_fails_is_logged_with_its_reason(self):
        self.assertIn("no common cipher", self.fails("-tls1_2", "-cipher", "CAMELLIA"))
        self.assertIn("version of TLS", self.fails("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"))
        self.assertIn("does not take our certificate", self.fails("-verify_return_error"))

    def test_a_client_with_nothing_better_than_cbc_is_encrypted_all_the_same(self):
        self.assertIn("221", self.talks(self.host.smtp, "QUIT\n", "-starttls", "smtp", "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"))

    def test_a_renewed_certificate_is_shown_without_a_restart(self):
        place.certificate(self.folder)
        self.assertIn("221", self.talks(self.host.smtps, "QUIT\n"))
        self.assertIn("+OK", self.talks(self.host.pop3s, "QUIT\n"))


class Renegotiation(ClientTest):
    program = "openssl"

    def begins(self, port, *more):
        """A client that has seen the greeting and obeys single letters on a line."""
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-CAfile", self.cert, *more],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.kill)
        while (line := client.stdout.readline()) and not line.startswith((b"220 ", b"+OK")):
            pass
        self.assertTrue(line)
        return client

    def test_another_handshake_is_refused_at_once(self):
        for port in (self.host.smtps, self.host.pop3s):
            with self.subTest(port):
                client = self.begins(port, "-tls1_2")
                self.addCleanup(client.stdin.close)
                client.stdin.write(b"R\n")
                client.stdin.flush()
                client.wait(place.PATIENCE)  # pop_timeout is 600 s
                self.assertIn(b"RENEGOTIATING", client.stdout.read())


def refusing():
    """The system's settings have OpenSSL itself refuse; it does so by a warning, which waits until something is sent."""
    conf = pathlib.Path("openssl.cnf").absolute()
    conf.write_text("openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\nOptions = NoRenegotiation\n")
    os.environ["OPENSSL_CONF"] = str(conf)


class RenegotiationThatTheSystemRefuses(Renegotiation):
    settings = {"limits": refusing}
