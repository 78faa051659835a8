"""Clients of POP3 against sessions over sockets of the host: given away, and stepped by it (tests/interop/hosted.py)."""

import contextlib
import os
import pathlib
import poplib
import shutil
import subprocess
import sys
import unittest

from support import place

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "bindings" / "python" / "src"
LETTERS = {
    "1-dots": b"From: <a@example.net>\r\nSubject: dots\r\n\r\n.\r\n..two\r\n.three\r\n",
    "2-long": b"From: <a@example.net>\r\nSubject: long\r\n\r\n" + b"0123456789\r\n" * 100_000,
}


class Hosted:
    """Of a way to serve."""

    way = ""

    def setUp(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(place.folder())
            self.letters = folder / "letters"
            self.letters.mkdir()
            for name, letter in LETTERS.items():
                (self.letters / name).write_bytes(letter)
            self.host = subprocess.Popen(
                [sys.executable, HERE / "hosted.py", self.way, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": str(PACKAGE), "MAILMODULE_LIBRARY": str(place.LIBRARY)})
            stack.callback(self.end)
            self.port = int(self.host.stdout.readline())
            self.addCleanup(stack.pop_all().close)

    def end(self):
        self.host.stdin.close()
        self.host.stdout.close()
        self.assertEqual(0, self.host.wait(30))

    def curl(self, path, *more):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        command = ("curl", "--silent", "--show-error", "--max-time", "30", "--user", "ann:sesame", *more)
        result = place.run(*command, f"pop3://127.0.0.1:{self.port}/{path}", text=False)
        self.assertEqual(0, result.returncode, result.stdout)
        return result.stdout

    def test_curl_lists_reads_and_deletes(self):
        listed = [line.split() for line in self.curl("").splitlines()]
        self.assertEqual([[b"%d" % number, b"%d" % len(letter)] for number, letter in enumerate(LETTERS.values(), 1)], listed)
        for number, letter in enumerate(LETTERS.values(), 1):
            self.assertEqual(letter, self.curl(str(number)))
        self.curl("1", "--request", "DELE", "--list-only")
        self.assertEqual(["2-long"], [file.name for file in self.letters.iterdir()])

    def test_poplib_reads_and_deletes(self):
        pop = poplib.POP3("127.0.0.1", self.port, timeout=20)
        pop.user("ann")
        with self.assertRaises(poplib.error_proto):
            pop.pass_("wrong")
        pop.user("ann")
        pop.pass_("sesame")
        pop.noop()
        for number, letter in enumerate(LETTERS.values(), 1):
            self.assertEqual(letter, b"".join(line + b"\r\n" for line in pop.retr(number)[1]))
        pop.dele(2)
        pop.rset()
        pop.dele(1)
        pop.quit()
        self.assertEqual(["2-long"], [file.name for file in self.letters.iterdir()])

    def test_a_client_that_goes_away_deletes_nothing(self):
        pop = poplib.POP3("127.0.0.1", self.port, timeout=20)
        pop.user("ann")
        pop.pass_("sesame")
        pop.dele(1)
        pop.close()
        self.assertEqual(2, len(self.curl("").splitlines()))


class Adopted(Hosted, unittest.TestCase):
    way = "adopt"


class Stepped(Hosted, unittest.TestCase):
    way = "step"
