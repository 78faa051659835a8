"""Clients that guess, or speak what is not SMTP, at raw sockets. Strangers come from addresses of 127.0.0.0/8 that are not this machine's own programs' one."""

import base64
import contextlib
import socket
import time

from client import ClientTest
from support import place


class Guessing(ClientTest):
    def connect(self, port, source="127.0.0.1"):
        s = socket.create_connection(("127.0.0.1", port), 20, source_address=(source, 0))
        s.settimeout(30)
        self.addCleanup(s.close)
        return s

    @staticmethod
    def rest(s):
        """All that comes until the server closes."""
        got = b""
        with contextlib.suppress(ConnectionError):
            while piece := s.recv(65536):
                got += piece
        return got

    def says(self, port, octets, source="127.0.0.1"):
        s = self.connect(port, source)
        with contextlib.suppress(ConnectionError):
            s.sendall(octets)
        return self.rest(s)

    @staticmethod
    def plain(user, password):
        return b"AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode()) + b"\r\n"

    def test_four_hundred_passwords_on_a_connection_are_three_and_take_their_time(self):
        begin = time.monotonic()
        tries = b"".join(self.plain("carl", f"guess{n}") + b"MAIL FROM:<a@b.test>\r\nRSET\r\n" for n in range(400))
        got = self.says(self.host.smtp, b"EHLO x\r\n" + tries, "127.0.0.5")
        self.assertEqual(3, got.count(b"\r\n535 "), got)
        self.assertIn(b"\r\n421 ", got)
        self.assertGreater(time.monotonic() - begin, 5)

    def test_an_address_that_guesses_is_shut_out_of_both_servers(self):
        four = [self.connect(self.host.smtp, "127.0.0.6") for _ in range(4)]
        for at, s in enumerate(four):
            s.sendall(b"EHLO x\r\n" + b"".join(self.plain(f"nobody{at}{n}", "x") for n in range(3)) + b"QUIT\r\n")
        self.assertGreaterEqual(sum(self.rest(s).count(b"\r\n535 ") for s in four), 10)
        right = b"EHLO x\r\n" + self.plain("carl", "silent") + b"QUIT\r\n"
        self.assertIn(b"\r\n454 ", self.says(self.host.smtp, right, "127.0.0.6"))
        self.assertIn(b"-ERR [SYS/TEMP]", self.says(self.host.pop, b"USER carl\r\nPASS silent\r\nQUIT\r\n", "127.0.0.6"))
        self.assertIn(b"\r\n235 ", self.says(self.host.smtp, right, "127.0.0.7"))

    def test_two_hundred_recipients_on_a_connection_are_ten(self):
        asked = b"".join(b"RCPT TO:<x%d@example.org>\r\nRCPT TO:<postmaster@example.org>\r\n" % n for n in range(200))
        got = self.says(self.host.smtp, b"EHLO x\r\nMAIL FROM:<a@b.test>\r\n" + asked, "127.0.0.8")
        self.assertEqual(10, got.count(b"\r\n550 "), got)
        self.assertTrue(got.endswith(b"421 4.7.0 Too many unknown recipients, closing connection\r\n"), got)

    def test_a_browser_sends_no_mail(self):
        token, message = self.message()
        mail = b"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n" + message.replace(b"\n", b"\r\n") + b"\r\n.\r\nQUIT\r\n"
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(mail)
        got = self.says(self.host.smtp, head + mail)
        self.assertEqual([b"220", b"421"], [line[:3] for line in got.splitlines()])
        self.assertEqual(1, self.says(self.host.pop, head + b"USER anna\r\nPASS secret\r\nSTAT\r\n").count(b"-ERR"))
        self.assertFalse([m for m in self.host.peek("anna") if token in m])
        log = self.folder / "module.log"
        self.assertTrue(place.wait_until(lambda: "another protocol is spoken here, closed client=127.0.0.1" in log.read_text()), log.read_text())

    def test_tls_in_clear_text_and_clear_text_in_tls_end_the_connection(self):
        self.assertIn(b"\r\n421 ", self.says(self.host.smtp, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"))
        self.assertNotIn(b"220 ", self.says(self.host.smtps, b"EHLO x\r\nNOOP\r\nNOOP\r\n"))

    def test_a_nul_hides_no_end_of_a_message(self):
        inner = b"MAIL FROM:<evil@b.test>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\nsmuggled\r\n.\r\n"
        got = self.says(self.host.smtp, b"EHLO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\nSubject: x\r\n\r\ntext\r\n\0.\r\n" + inner + b"QUIT\r\n")
        self.assertIn(b"\r\n550 5.6.0 ", got)
        self.assertFalse([m for m in self.host.peek("anna") if b"smuggled" in m])
