"""SMTP clients that are slow, end their side or reset the connection, at every point of a session: in commands and between them, in logins, in content and in chunks."""

import base64
import contextlib
import os
import socket
import ssl
import unittest

import cuts
from client import ClientTest
from support import place


def b64(text):
    return base64.b64encode(text) + b"\r\n"


class Cuts(ClientTest):
    def setUp(self):
        self.token = b"token-" + os.urandom(8).hex().encode()

    def by_data(self):
        """What a client says, step by step, one reply to each."""
        content = b"Subject: " + self.token + b"\r\n\r\nfirst line\r\n..second\r\n"
        return [b"EHLO client.test\r\n", b"AUTH LOGIN\r\n", b64(b"anna"), b64(b"secret"), b"NOOP\r\n", b"MAIL FROM:<a@b.test> SIZE=200\r\n",
                b"RCPT TO:<anna@example.org>\r\n", b"RCPT TO:<bert@example.org>\r\n", b"DATA\r\n", content + b".\r\n", b"QUIT\r\n"]

    def by_bdat(self):
        chunks = [b"Subject: " + self.token + b"\r\n\r", b"\nfirst line\r\n.\r\n"]
        return [b"EHLO client.test\r\n", b"MAIL FROM:<a@b.test>\r\n", b"RCPT TO:<anna@example.org>\r\n",
                *(b"BDAT %d%b\r\n" % (len(c), b" LAST" * (c is chunks[-1])) + c for c in chunks), b"QUIT\r\n"]

    def connect(self, tls):
        s = socket.create_connection(("127.0.0.1", self.host.smtps if tls else self.host.smtp), 20)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.create_default_context(cafile=str(self.cert))
            s = context.wrap_socket(s, server_hostname="localhost")
        self.addCleanup(s.close)
        return s

    @staticmethod
    def codes(s, count=None):
        """The codes of so many replies, or of all until the server closes."""
        found, rest = [], b""
        while count is None or len(found) < count:
            with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
                piece = s.recv(65536)
                if not piece:
                    break
                *lines, rest = (rest + piece).split(b"\r\n")
                found += [line[:3].decode() for line in lines if line[3:4] == b" "]
                continue
            break
        return found

    def in_step(self, steps, tls):
        s = self.connect(tls)
        codes = self.codes(s, 1)
        for step in steps:
            s.sendall(step)
            codes += self.codes(s, 1)
        return codes

    def is_there(self, token):
        return any(token in m for m in self.host.peek("anna"))

    def serves(self, steps, tls):
        """A session that is not cut; the codes of its replies."""
        codes = self.in_step(steps, tls)
        self.assertRegex(" ".join(codes), "^220 (250|334|235|354| )+ 221$")
        self.assertIsNotNone(self.host.wait_for("anna", self.token), self.host.said())
        return codes

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.host.process.pid}/fd"))

    def each_cut(self, make, tls, cut):
        steps = make()
        codes = self.serves(steps, tls)
        before = self.descriptors()
        for at, whole in cuts.points(steps):
            self.token = b"token-" + os.urandom(8).hex().encode()
            octets = b"".join(make())[:at]
            taken = whole >= len(steps) - 1
            with self.subTest(at=at, behind=octets[-20:]):
                cut(octets, codes[:whole + 1], tls)
                if taken:
                    self.assertIsNotNone(self.host.wait_for("anna", self.token), self.host.said())
                else:
                    self.assertFalse(self.is_there(self.token), "a message that was not sent to its end was taken")
        self.assertTrue(place.wait_until(lambda: self.descriptors() <= before), "sessions are left over")
        self.token = b"token-" + os.urandom(8).hex().encode()
        self.serves(make(), tls)

    def reset(self, octets, codes, tls):
        s = self.connect(tls)
        s.sendall(octets)
        self.assertEqual(codes, self.codes(s, len(codes)))
        cuts.reset(s)

    def reset_unread(self, octets, codes, tls):
        """What the server has said is lost as well. Whether it had read all by then is chance."""
        s = self.connect(tls)
        s.sendall(octets)
        cuts.reset(s)

    def half_close(self, octets, codes, tls):
        s = self.connect(tls)
        s.sendall(octets)
        s.shutdown(socket.SHUT_WR)
        self.assertEqual(codes, self.codes(s))

    def test_a_reset_anywhere_keeps_nothing_and_leaves_nothing(self):
        self.each_cut(self.by_data, False, self.reset)

    def test_a_reset_in_chunks(self):
        self.each_cut(self.by_bdat, False, self.reset)

    def test_a_reset_under_tls(self):
        self.each_cut(self.by_data, True, self.reset)

    def test_who_has_ended_his_side_hears_what_is_due_and_no_more(self):
        self.each_cut(self.by_data, False, self.half_close)

    def test_who_has_ended_his_side_in_chunks(self):
        self.each_cut(self.by_bdat, False, self.half_close)

    def test_a_reset_that_overtakes_the_replies_ends_nobody_else(self):
        steps = self.by_data()
        self.serves(steps, False)
        before = self.descriptors()
        for at, _ in cuts.points(steps):
            self.reset_unread(b"".join(steps)[:at], [], False)
        self.assertTrue(place.wait_until(lambda: self.descriptors() <= before), "sessions are left over")
        self.token = b"token-" + os.urandom(8).hex().encode()
        self.serves(self.by_data(), False)

    def test_octet_by_octet_it_is_the_same(self):
        for make, tls in ((self.by_data, False), (self.by_bdat, False), (self.by_data, True)):
            codes = self.serves(make(), tls)
            self.token = b"token-" + os.urandom(8).hex().encode()
            s = self.connect(tls)
            for octet in b"".join(make()):
                s.sendall(bytes([octet]))
            self.assertEqual(codes, self.codes(s))
            self.assertIsNotNone(self.host.wait_for("anna", self.token), self.host.said())
            self.token = b"token-" + os.urandom(8).hex().encode()


if __name__ == "__main__":
    unittest.main()
