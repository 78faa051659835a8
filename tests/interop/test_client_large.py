"""A body of 4 GiB, which is more than 32 bits count, and more than this process may take memory for."""

import pathlib
import re
import subprocess
import sys
import unittest

from clients import TestOfClient
from mailmodule import SmtpMessage

SIZE = 4 << 30
PIECE = (b"x" * 510 + b"\r\n") * 16384  # 8 MiB, where no dot is to be doubled

# Takes all that it is told to expect, and throws it away.
SINK = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
left = 0
def line():
    octets = b""
    while not octets.endswith(b"\\n"):
        octets += client.recv(1)
    return octets
def throw_away(left):
    while left:
        got = len(client.recv(min(left, 1 << 20), socket.MSG_TRUNC))  # the kernel need not copy them
        assert got
        left -= got
def say(text):
    client.sendall(text + b"\\r\\n")
say(b"220 sink")
while True:
    said = line().split()
    verb = said[0].upper() if said else b""
    if verb == b"EHLO":
        say(b"250-sink\\r\\n250-SIZE 0\\r\\n250 CHUNKING")
    elif verb == b"DATA":
        say(b"354 go on")
        throw_away(int(sys.argv[1]))
        assert line() == b".\\r\\n"
        say(b"250 taken")
    elif verb == b"BDAT":
        throw_away(int(said[1]))
        say(b"250 " + said[1])
    else:
        print(said, flush=True)
        say(b"250 ok")
"""


def most_memory():
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) << 10


class FourGigabytes(TestOfClient):
    def takes(self, send, size=SIZE):
        with subprocess.Popen([sys.executable, "-c", SINK, str(size)], stdout=subprocess.PIPE, text=True) as sink:
            try:
                client = self.open(int(sink.stdout.readline()), receive_timeout=60, send_timeout=60)
                before = most_memory()
                send(client)
                self.assertLess(most_memory() - before, 64 << 20)
                self.answers(250, client.noop())
                self.assertIn(f"SIZE={size}", sink.stdout.readline())
            finally:
                sink.kill()

    def begins(self, client):
        self.answers(250, client.mail("anna@example.org", f"SIZE={SIZE}"))
        self.answers(250, client.rcpt("bert@example.net"))

    def test_after_data(self):
        def send(client):
            self.begins(client)
            self.answers(354, client.data())
            for _ in range(SIZE // len(PIECE)):
                client.write(PIECE)
            self.answers(250, client.end())
        self.takes(send)

    def test_in_chunks(self):
        def send(client):
            self.begins(client)
            for number in range(SIZE // len(PIECE)):
                self.answers(250, client.bdat(PIECE, last=(number + 1) * len(PIECE) == SIZE))
        self.takes(send)

    def test_in_a_whole_transaction(self):
        """Fewer octets, for they are kept on the disk until they have gone: the length is said before."""
        size, at = SIZE // 16, 0

        def read(wanted):
            nonlocal at
            start = at % len(PIECE)
            given = PIECE[start:start + min(wanted, size - at)]
            at += len(given)
            return given

        def send(client):
            sent = client.send_message(SmtpMessage("anna@example.org", ["bert@example.net"], read=read))
            self.assertEqual([250], [one.code for one in sent])
        self.takes(send, size)


if __name__ == "__main__":
    unittest.main()
