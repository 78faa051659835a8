"""POP3 clients that are slow, end their side or reset the connection, at every point of a session; and what is sent behind STLS. With Maildirs, and with
a host that has a mail store of its own (samples/c/pop3_store.c)."""

import base64
import contextlib
import os
import pathlib
import socket
import ssl
import subprocess
import time
import unittest

import cuts
from client import ClientTest
from support import place

LETTERS = {"1-one": b"Subject: one\r\n\r\n.\r\n..two\r\nlast line\r\n", "2-two": b"Subject: two\r\n\r\nfirst\r\nsecond\r\n"}
LARGE = b"Subject: large\r\n\r\n" + b"0123456789abcdef" * 4 * (1 << 18)
FLOOD = 64 << 20  # more than the system keeps of a connection by itself
PASSWORD = "hidden"
PLAIN = base64.b64encode(b"\0bert\0" + PASSWORD.encode()) + b"\r\n"
SEVERAL_LINES = (b"CAPA\r\n", b"LIST\r\n", b"UIDL\r\n", b"RETR 1\r\n", b"TOP 2 1\r\n")
READING = [b"STAT\r\n", b"LIST\r\n", b"UIDL\r\n", b"RETR 1\r\n", b"TOP 2 1\r\n", b"NOOP\r\n", b"DELE 1\r\n", b"RSET\r\n", b"DELE 2\r\n", b"QUIT\r\n"]
BY_USER = [b"CAPA\r\n", b"USER bert\r\n", b"PASS " + PASSWORD.encode() + b"\r\n", *READING]
BY_AUTH = [b"AUTH PLAIN\r\n", PLAIN, *READING]


def heard(s):
    """All that the server says until it closes."""
    octets = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
        while piece := s.recv(65536):
            octets += piece
    return octets


def answer(s, step):
    """The answer to one step, read octet by octet."""
    end = b"\r\n.\r\n" if step in SEVERAL_LINES else b"\r\n"
    octets = b""
    while not octets.endswith(end):
        piece = s.recv(1)
        assert piece, f"the server closes after {step!r}: {octets!r}"
        octets += piece
    return octets


class Cuts:
    """What a store says of itself: port, process, lay(letters), files()."""

    def connect(self, tls=False):
        s = socket.create_connection(("127.0.0.1", self.host.pop3s if tls else self.port), 20)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            s = ssl.create_default_context(cafile=str(self.cert)).wrap_socket(s, server_hostname="localhost")
        self.addCleanup(s.close)
        return s

    def serves(self, steps, tls=False):
        """A session that is not cut; what is answered to nothing, and to each step."""
        self.lay(LETTERS)
        s = self.connect(tls)
        answers = [answer(s, b"")]
        for step in steps:
            s.sendall(step)
            answers.append(answer(s, step))
        self.assertEqual(b"", heard(s))
        self.assertFalse([a for a in answers if not a.startswith((b"+OK", b"+ "))])
        self.assertEqual(["1-one"], self.files())
        return answers

    def descriptors(self):
        """What the server's process has open, each with its number."""
        found = set()
        for name in pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                found.add(f"{name.name} {os.readlink(name)}")
        return found

    def nothing_is_left_of(self, before):
        if not place.wait_until(lambda: len(self.descriptors()) <= len(before)):
            self.fail(f"left over: {sorted(self.descriptors() - before)}")

    def is_free(self):
        """Nobody has the mailbox any more (RFC 1939 §6)."""
        def enters():
            s = self.connect()
            s.sendall(b"AUTH PLAIN\r\n" + PLAIN + b"QUIT\r\n")
            return heard(s).count(b"+OK") == 3
        self.assertTrue(place.wait_until(enters), "the mailbox stays locked")

    def each_cut(self, steps, cut, tls=False):
        answers = self.serves(steps, tls)
        before = self.descriptors()
        for at, whole in cuts.points(steps):
            octets = b"".join(steps)[:at]
            with self.subTest(at=at, behind=octets[-20:]):
                self.lay(LETTERS)
                cut(octets, b"".join(answers[:whole + 1]), tls)
                self.is_free()
                if cut != self.reset_unread or whole < len(steps):
                    self.assertEqual(["1-one"] if whole == len(steps) else [*LETTERS], self.files())
        self.nothing_is_left_of(before)
        self.serves(steps, tls)

    def reset(self, octets, answers, tls):
        s = self.connect(tls)
        s.sendall(octets)
        got = b""
        while len(got) < len(answers):
            got += s.recv(len(answers) - len(got)) or self.fail(f"{got} is all")
        self.assertEqual(answers, got)
        cuts.reset(s)

    def reset_unread(self, octets, _, tls):
        """What the server has said is lost as well. Whether it had read all by then is chance."""
        s = self.connect(tls)
        s.sendall(octets)
        cuts.reset(s)

    def half_close(self, octets, answers, tls):
        s = self.connect(tls)
        s.sendall(octets)
        s.shutdown(socket.SHUT_WR)
        self.assertEqual(answers, heard(s))

    def test_a_reset_anywhere_deletes_nothing_and_leaves_nothing(self):
        for steps in (BY_USER, BY_AUTH):
            self.each_cut(steps, self.reset)

    def test_a_reset_that_overtakes_the_answers(self):
        for steps in (BY_USER, BY_AUTH):
            self.each_cut(steps, self.reset_unread)

    def test_who_has_ended_his_side_hears_what_is_due_and_no_more(self):
        for steps in (BY_USER, BY_AUTH):
            self.each_cut(steps, self.half_close)

    def test_octet_by_octet_it_is_the_same(self):
        for steps in (BY_USER, BY_AUTH):
            answers = self.serves(steps)
            self.lay(LETTERS)
            s = self.connect()
            for octet in b"".join(steps):
                s.sendall(bytes([octet]))
            self.assertEqual(b"".join(answers), heard(s))
            self.assertEqual(["1-one"], self.files())

    def retrieves_large(self, behind=b""):
        """A session that is told a large message and has read nothing of it yet."""
        self.lay({"1-large": LARGE})
        s = self.connect()
        s.sendall(b"AUTH PLAIN\r\n" + PLAIN + b"RETR 1\r\nDELE 1\r\n" + behind)
        time.sleep(0.2)  # until the server can send no more
        return s

    def test_who_reads_nothing_of_a_large_message_holds_up_nobody(self):
        self.serves(BY_AUTH)
        before = self.descriptors()
        for _ in range(5):
            s = self.retrieves_large()
            other = self.connect()
            other.sendall(b"AUTH PLAIN\r\n" + PLAIN)
            self.assertTrue(answer(other, b"").startswith(b"+OK"))
            other.close()
            cuts.reset(s)
            self.is_free()
            self.assertEqual(["1-large"], self.files())
        self.nothing_is_left_of(before)

    def test_who_asks_without_reading_is_not_listened_to_for_long(self):
        """What the server owes and what it has not looked at yet is bounded: at some time it takes no more."""
        self.serves(BY_AUTH)
        before = self.descriptors()
        self.lay(LETTERS)
        for step in (b"NOOP\r\n", b"UIDL\r\n", b"RETR 1\r\n"):
            s = self.connect()
            s.sendall(b"AUTH PLAIN\r\n" + PLAIN)
            s.settimeout(1)
            with self.assertRaises(TimeoutError, msg=step):
                for _ in range(FLOOD // len(step) // 1000):
                    s.sendall(step * 1000)
            cuts.reset(s)
            self.is_free()
        self.nothing_is_left_of(before)

    def test_who_reads_a_large_message_after_he_has_ended_his_side(self):
        for behind, left in ((b"", ["1-large"]), (b"QUIT\r\n", [])):
            s = self.retrieves_large(behind)
            s.shutdown(socket.SHUT_WR)
            got = heard(s)
            self.assertIn(LARGE + b"\r\n.\r\n+OK", got)
            self.is_free()
            self.assertEqual(left, self.files())


class MaildirCuts(Cuts, ClientTest):
    def setUp(self):
        self.process, self.port = self.host.process, self.host.pop
        self.host.read("bert")  # which makes the Maildir

    def lay(self, letters):
        for path in self.host.files("bert"):
            path.unlink()
        for name, letter in letters.items():
            path = self.host.maildir("bert") / "tmp" / f"1700000000.{name}.other"
            path.write_bytes(letter.replace(b"\r\n", b"\n"))
            path.rename(path.parent.parent / "new" / path.name)

    def files(self):
        return sorted(path.name.split(".")[1] for path in self.host.files("bert"))

    def test_a_reset_under_tls(self):
        self.each_cut(BY_AUTH, self.reset, True)

    def test_octets_behind_stls_are_not_taken_for_what_is_said_under_tls(self):
        """RFC 2595 §4: nothing that was heard in clear text counts any more."""
        said = b"USER bert\r\nCAPA\r\n"
        for at in range(len(said) + 1):
            for before in (b"", b"USER bert\r\n"):
                with self.subTest(behind=said[:at], before=before):
                    s = self.connect()
                    s.sendall(before + b"STLS\r\n" + said[:at])
                    for _ in (b"greeting", *before.splitlines(), b"STLS"):
                        self.assertTrue(answer(s, b"").startswith(b"+OK"))
                    s = ssl.create_default_context(cafile=str(self.cert)).wrap_socket(s, server_hostname="localhost")
                    s.sendall(b"PASS " + PASSWORD.encode() + b"\r\nQUIT\r\n")
                    refusal, goodbye = heard(s).splitlines()
                    self.assertTrue(refusal.startswith(b"-ERR") and goodbye.startswith(b"+OK"), refusal + goodbye)

    def test_clear_text_after_stls_ends_the_session_without_an_answer(self):
        before = self.descriptors()
        for text in (b"CAPA\r\n", b"QUIT\r\n", b"USER bert\r\nPASS x\r\n", b"\x16\x03\x01\0\x05hello", b""):
            with self.subTest(text=text):
                s = self.connect()
                s.sendall(b"STLS\r\n")
                self.assertTrue(answer(s, b"") + answer(s, b""))
                s.sendall(text)
                if not text:
                    s.shutdown(socket.SHUT_WR)
                self.assertNotIn(b"+OK", heard(s))
        self.nothing_is_left_of(before)

    def test_a_client_that_goes_while_tls_begins_leaves_nothing(self):
        before = self.descriptors()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = ssl.create_default_context(cafile=str(self.cert)).wrap_bio(incoming, outgoing, server_hostname="localhost")
        with contextlib.suppress(ssl.SSLWantReadError):
            hello.do_handshake()
        octets = outgoing.read()
        for at in (0, 1, 4, 5, 6, len(octets) // 2, len(octets) - 1, len(octets)):
            for end in (cuts.reset, socket.socket.close):
                s = self.connect()
                s.sendall(b"STLS\r\n")
                self.assertTrue(answer(s, b"") + answer(s, b""))
                s.sendall(octets[:at])
                end(s)
        self.nothing_is_left_of(before)


class StoreCuts(Cuts, unittest.TestCase):
    def setUp(self):
        with contextlib.ExitStack() as stack:
            home = stack.enter_context(place.folder())
            self.folder = home / "letters"
            self.folder.mkdir()
            self.port = place.free_port()
            names = sorted({*LETTERS, "1-large"})
            self.process = subprocess.Popen(
                [place.SAMPLES / "pop3_store", str(self.port), PASSWORD, *(self.folder / name for name in names)],
                stdin=subprocess.PIPE, cwd=home, env={**os.environ, "HOME": str(home)})
            stack.callback(self.end)
            self.assertTrue(place.wait_until(lambda: place.listens(self.port)), "pop3_store does not listen")
            self.addCleanup(stack.pop_all().close)

    def end(self):
        self.process.stdin.close()
        self.assertEqual(0, self.process.wait(30))

    def lay(self, letters):
        for name in self.files():
            (self.folder / name).unlink()
        for name, letter in letters.items():
            (self.folder / name).write_bytes(letter)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


if __name__ == "__main__":
    unittest.main()
