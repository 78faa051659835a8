"""A message of 1 GiB by POP3: it goes out piece by piece, whatever it is made of, and the server's memory stays."""

import contextlib
import pathlib
import re
import socket
import struct
import unittest

from client import ClientTest
from support import place

SIZE = 1 << 30
GROWTH = 16 << 20
HEAD = b"From: <sender@example.net>\nSubject: large\n\n"


class Wire:
    """A connection that has logged in as anna."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.file = self.socket.makefile("rb")
        for command in (None, b"USER anna", b"PASS secret"):
            self.ask(command)

    def ask(self, command):
        """The first line of the answer, which has to be +OK."""
        if command:
            self.socket.sendall(command + b"\r\n")
        answer = self.file.readline()
        if not answer.startswith(b"+OK"):
            raise AssertionError(f"{command}: {answer}")
        return answer

    def lines(self):
        return b"".join(iter(self.file.readline, b".\r\n"))

    def content(self):
        """Reads what follows to its end: how many octets that was, with the end, and its first 4096."""
        count, front, tail = 0, b"", b""
        while not tail.endswith(b"\r\n.\r\n"):
            piece = self.file.read1(1 << 20)
            if not piece:
                raise AssertionError(f"the connection ended behind {count} octets")
            front += piece[:4096 - len(front)]
            tail = (tail + piece[-5:])[-5:]
            count += len(piece)
        return count, front

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.file.close()
            self.socket.close()


class TestPop3Large(ClientTest):
    def lay(self, name, fill=b"", size=SIZE):
        """
        Puts a message of that size into the mailbox: its head, and then `fill` again and again, or a hole. Its name tells what the server would
        have to read it for: octets with CRLF line ends, which come back.
        """
        times = (size - len(HEAD) - 1) // len(fill) if fill else 0
        octets = size + HEAD.count(b"\n") + times * fill.count(b"\n") + 1
        name = f"{name},S={size},W={octets}"
        self.host.empty("anna")
        new = self.host.maildir("anna") / "new"
        path = new.parent / "tmp" / name
        with open(path, "wb") as file:
            file.write(HEAD)
            for _ in range(times):
                file.write(fill)
            file.seek(size - 1)
            file.write(b"\n")
        path.rename(new / name)
        self.addCleanup(lambda: [one.unlink() for one in self.host.files("anna")])
        with Wire(self.host.pop) as wire:
            self.assertEqual(b"+OK 1 %d\r\n" % octets, wire.ask(b"LIST 1"))
        return octets

    def memory(self):
        return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{self.host.process.pid}/status").read_text())[1]) << 10

    @contextlib.contextmanager
    def measured(self):
        """What is done within lets the server's memory grow by less than 16 MiB."""
        pathlib.Path(f"/proc/{self.host.process.pid}/clear_refs").write_text("5")  # the peak begins anew
        before = self.memory()
        yield
        self.assertLess(self.memory() - before, GROWTH)

    def test_one_line_of_a_gibibyte(self):
        self.comes_whole(self.lay("1.hole.h"))

    def test_many_lines_with_dots(self):
        self.comes_whole(self.lay("1.dots.h", (b"." + b"x" * 1022 + b"\n") * 1024), doubled=(SIZE - len(HEAD) - 1) // (1 << 20) * 1024)

    def comes_whole(self, octets, doubled=0):
        head = HEAD.replace(b"\n", b"\r\n")
        with self.measured(), Wire(self.host.pop) as wire:
            wire.ask(b"TOP 1 0")
            self.assertEqual(head, wire.lines())
            wire.ask(b"RETR 1")
            count, front = wire.content()
            self.assertEqual(octets + doubled + len(b".\r\n"), count)
            self.assertTrue(front.startswith(head), front[:100])
            wire.ask(b"NOOP")
            wire.ask(b"QUIT")

    def test_a_client_that_is_lost_in_it_deletes_nothing(self):
        self.lay("1.lost.h")
        (self.host.maildir("anna") / "new" / "2.small.h,S=45,W=48").write_bytes(HEAD + b".\n")
        with self.measured():
            for _ in range(3):
                with Wire(self.host.pop) as wire:
                    wire.ask(b"DELE 2")
                    wire.ask(b"RETR 1")
                    wire.file.read(100_000)
                    wire.reset()
                self.assertTrue(place.wait_until(self.can_log_in), "the mailbox is not given back")
        self.assertEqual(2, len(self.host.files("anna")))

    def can_log_in(self):
        with contextlib.suppress(AssertionError), Wire(self.host.pop):
            return True
        return False


if __name__ == "__main__":
    unittest.main()
