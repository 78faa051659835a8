"""What programs that fetch by POP3 have to get right with us, whichever it is: text that is awkward on the wire, mail that comes meanwhile, a mailbox
that another session has, connections that break. A program's test says how it is run."""

import contextlib
import os
import socket
import threading
import time

from client import ClientTest
from support import place

HEAD = b"From: <sender@example.net>\nTo: <bert@example.org>\nMessage-ID: <%s@example.net>\nSubject: %s\n\n"
DROPPED_AFTER = 3000  # octets from the server, in the middle of the first messages


class Retrieving(ClientTest):
    """fetch(port) runs the program once, deleting what it has got, and says whether it is content with that; got() is all that it has fetched."""

    longest_line = 1 << 20
    said = ""

    def setUp(self):
        self.host.empty("bert")
        self.box = self.folder / ("box-" + os.urandom(4).hex())
        for part in ("new", "cur", "tmp"):
            (self.box / part).mkdir(parents=True)

    def fetch(self, port, *tls):
        raise NotImplementedError

    def got(self):
        return [self.without_trace(path.read_bytes()) for part in ("new", "cur") for path in sorted((self.box / part).iterdir())]

    def without_trace(self, text):
        """The message as it was put into the mailbox: without what either side has written in front."""
        lines = place.crlf(text).split(b"\r\n")
        start = next(i for i, line in enumerate(lines) if line.startswith(b"From: <sender@"))
        return b"\r\n".join(lines[start:])

    def lay(self, body, name=b"x"):
        """Puts a message into the Maildir, as another program would, with any octets; gives what is to come of it."""
        new = self.host.maildir("bert") / "new"
        if not new.is_dir():
            self.host.read("bert")  # which makes it
        token = name + b"-" + os.urandom(6).hex().encode()
        text = HEAD % (token, token) + body
        name = f"{time.time_ns() // 10**9}.{token.decode()}.other"
        (new.parent / "tmp" / name).write_bytes(text)
        (new.parent / "tmp" / name).rename(new / name)
        return place.crlf(text if text.endswith(b"\n") else text + b"\n").replace(b"\0", b"\x80")

    def is_fetched(self, port=None, *tls):
        self.assertTrue(self.fetch(port or self.host.pop, *tls), self.said)

    def comes_whole(self, *wanted):
        self.is_fetched()
        self.assertEqual(sorted(wanted), sorted(self.got()))
        self.assertEqual([], self.host.files("bert"))

    def test_leading_dots(self):
        self.comes_whole(self.lay(b".\n..\n...three\n.one\nno dot\n.\n"), self.lay(b"\n.\n"), self.lay(b"."))

    def test_no_final_newline(self):
        self.comes_whole(self.lay(b"one line\nand half of one"), self.lay(b"."), self.lay(b""))

    def test_nuls(self):
        self.comes_whole(self.lay(b"a NUL \0 in a line\n\0\n\0.\nlast\n"))

    def test_a_long_line(self):
        self.comes_whole(self.lay(b"x" * self.longest_line + b"\n.y\n"))

    def test_much_mail(self):
        self.comes_whole(*(self.lay(b"line %d\n" % n * 100) for n in range(300)))

    def test_mail_that_comes_meanwhile_comes_once(self):
        wanted = [self.lay(b"first\n") for _ in range(30)]
        more = []

        def arrive():
            for n in range(60):
                more.append(self.lay(b"meanwhile %d\n" % n))
                time.sleep(0.02)
        arriving = threading.Thread(target=arrive)
        arriving.start()
        while arriving.is_alive() or self.host.files("bert"):
            self.is_fetched()
        arriving.join()
        self.assertEqual(sorted(wanted + more), sorted(self.got()))

    def test_a_mailbox_that_another_session_has(self):
        wanted = self.lay(b"once\n")
        other = self.host.login("bert")
        self.fetch(self.host.pop)
        self.assertEqual([], self.got(), self.said)
        other.quit()
        self.comes_whole(wanted)

    def test_a_connection_that_breaks_deletes_nothing(self):
        wanted = [self.lay(b"line of text\n" * 100) for _ in range(5)]
        with breaking(self.host.pop, DROPPED_AFTER) as port:
            self.fetch(port)
        self.assertEqual(5, len(self.host.files("bert")))
        self.is_fetched()
        self.assertEqual([], self.host.files("bert"))
        self.assertEqual(set(wanted), set(self.got()) & set(wanted))


@contextlib.contextmanager
def breaking(port, octets):
    """A port that leads to another, and breaks each connection after so many octets from there."""
    listening = socket.create_server(("127.0.0.1", 0))

    def carry(source, target, most):
        with contextlib.suppress(OSError):
            while most > 0 and (piece := source.recv(min(most, 65536))):
                target.sendall(piece)
                most -= len(piece)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                peer = listening.accept()[0]
                server = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=carry, args=(peer, server, 1 << 40), daemon=True).start()
                threading.Thread(target=carry, args=(server, peer, octets), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
