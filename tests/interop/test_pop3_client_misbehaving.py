"""Our POP3 client against servers that do what they must not: late, early, without an end, in another protocol."""

import itertools
import socket
import threading
import time
import unittest

from clients import ErrorCode, Layer, Stage, TestOfClient
import mailmodule
from mailmodule import Pop3Status
from support import place

MEBIBYTE = 1 << 20


class Scripted:
    """Answers each line that it hears with the next octets; the first of them are the greeting. At the end it waits for the
    client to go, or goes itself."""

    def __init__(self, *answers, goes=False):
        self.answers, self.goes, self.heard = answers, goes, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        try:
            connection, _ = self.listener.accept()
            with connection, connection.makefile("rb") as lines:
                for number, answer in enumerate(self.answers):
                    if number:
                        self.heard.append(lines.readline())
                    for piece in ([answer] if isinstance(answer, bytes) else answer):
                        connection.sendall(piece)
                if not self.goes and lines.readline():
                    self.heard.append("more")
        except OSError:
            pass

    def close(self):
        self.listener.close()
        self.thread.join(place.PATIENCE)


def late(seconds, octets):
    time.sleep(seconds)
    yield octets


class TestPop3ClientMisbehaving(TestOfClient):
    def against(self, *answers, **options):
        server = Scripted(*answers)
        client = mailmodule.Pop3Client(self.engine, **{"receive_timeout": place.PATIENCE, **options})
        self.addCleanup(server.close)
        self.addCleanup(client.close)
        self.trace = server.heard
        self.server = server
        return client

    def connected(self, *answers, **options):
        client = self.against(b"+OK\r\n", *answers, **options)
        client.connect("127.0.0.1", self.server.port)
        return client

    def test_a_greeting_that_comes_late_or_never(self):
        client = self.against(late(0.3, b"+OK\r\n"))
        self.assertEqual(Pop3Status.OK, client.connect("127.0.0.1", self.server.port).status)
        client = self.against(late(3, b"+OK\r\n"), receive_timeout=0.1)
        error = self.fails(ErrorCode.TIMEOUT, client.connect, "127.0.0.1", self.server.port)
        self.assertEqual(Stage.GREETING, error.stage)

    def test_other_protocols(self):
        for greeting in (b"220 smtp\r\n", b"* OK imap", b"\x16\x03\x01", b"HTTP/1.1 400 Bad\r\n\r\n", b"\0" * 100, b"\r\n"):
            with self.subTest(greeting):
                client = self.against(greeting)
                error = self.fails(ErrorCode.PROTOCOL, client.connect, "127.0.0.1", self.server.port)
                self.assertEqual((Layer.PROTOCOL, Stage.GREETING, False), (error.layer, error.stage, error.retry))

    def test_octets_behind_the_answer_to_stls_are_dropped(self):
        client = self.connected(b"+OK\r\n+OK injected\r\n+OK again\r\n")
        self.assertEqual(Pop3Status.OK, client.stls().status)
        self.fails(ErrorCode.STATE, client.noop)
        self.fails(ErrorCode.TLS, client.start_tls)

    def test_an_answer_ahead_of_its_command(self):
        client = self.connected(b"+OK\r\n+OK early\r\n", b"+OK\r\n")
        client.noop()
        self.fails(ErrorCode.PROTOCOL, client.noop)
        self.assertEqual(1, len([line for line in self.server.heard if line]))

    def test_an_answer_without_an_end(self):
        self.fails(ErrorCode.PROTOCOL, self.connected(b"+OK " + b"x" * 100_000).noop)
        client = self.connected(b"+OK\r\n" + b"1 " + b"2" * 100_000)
        client.list()
        self.fails(ErrorCode.PROTOCOL, lambda: [*client.entries()])
        self.fails(ErrorCode.PROTOCOL, self.connected(b"+OK\r\n" + b"X\r\n" * 5000).capa)

    def test_a_listing_without_an_end_takes_no_memory(self):
        client = self.connected(itertools.chain([b"+OK\r\n"], (b"%d id%066d\r\n" % (n, n) for n in itertools.count(1))))
        client.uidl()
        for number, entry in zip(range(1, 300_001), client.entries()):
            self.assertEqual(number, entry.number)
            if number == 150_000:
                before = resident()  # with what is thrown away now and then
        self.assertLess(resident() - before, 8 * MEBIBYTE)

    def test_the_end_of_the_connection_in_a_message(self):
        for octets in (b"a\r\n", b"a\r\n.", b"a\r\n.\r", b"a\n.\n", b"a\n.\r\n", b"a\r\n..\r\n"):
            with self.subTest(octets):
                server = Scripted(b"+OK\r\n", b"+OK\r\n" + octets, goes=True)
                self.addCleanup(server.close)
                client = mailmodule.Pop3Client(self.engine, receive_timeout=place.PATIENCE)
                self.addCleanup(client.close)
                client.connect("127.0.0.1", server.port)
                client.retr(1)
                with self.assertRaises(mailmodule.MailModuleError) as raised:
                    client.read_all()
                self.assertEqual(ErrorCode.CLOSED, raised.exception.code)

    def test_a_gibibyte_takes_no_memory(self):
        line = b"x" * (MEBIBYTE - 2) + b"\r\n"

        def message():
            yield b"+OK\r\n"
            for _ in range(1024):
                yield line
            yield b".\r\n"

        client = self.connected(message(), b"+OK\r\n")
        before, length = resident(), 0
        client.retr(1)
        while piece := client.read(MEBIBYTE):
            length += len(piece)
        self.assertEqual(1 << 30, length)
        self.assertLess(resident() - before, 32 * MEBIBYTE)
        self.assertEqual(Pop3Status.OK, client.noop().status)


def resident():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


if __name__ == "__main__":
    unittest.main()
