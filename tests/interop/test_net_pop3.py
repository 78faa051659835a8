import pathlib
import shutil
import subprocess
import unittest

from retrieving import Retrieving
from support import place

SCRIPT = pathlib.Path(__file__).with_name("netpop3.pl")


def has(module):
    return bool(shutil.which("perl")) and subprocess.run(["perl", f"-M{module}", "-e1"], capture_output=True).returncode == 0


@unittest.skipUnless(has("Net::POP3"), "Net::POP3 is not installed")
class NetPop3(Retrieving):
    program = "perl"

    def fetch(self, port, how="fetch"):
        result = place.run("perl", SCRIPT, port, "bert", "hidden", self.box, how, self.cert)
        self.said = result.stdout
        return result.returncode == 0

    def test_after_dele_without_quit_all_is_there(self):
        self.lay(b"kept\n")
        self.is_fetched(None, "leave")
        self.assertEqual(1, len(self.host.files("bert")))

    def test_after_rset_all_is_there(self):
        self.lay(b"kept\n")
        self.is_fetched(None, "reset")
        self.assertEqual(1, len(self.host.files("bert")))

    def test_the_other_session_is_told_why(self):
        with_other = self.host.login("bert")
        self.assertFalse(self.fetch(self.host.pop))
        self.assertIn("IN-USE", self.said)
        with_other.quit()

    @unittest.skipUnless(has("IO::Socket::SSL"), "IO::Socket::SSL is not installed")
    def test_after_stls_and_over_tls(self):
        for port, how in ((self.host.pop, "stls"), (self.host.pop3s, "tls")):
            wanted = self.lay(b".under TLS\n")
            self.is_fetched(port, how)
            self.assertIn(wanted, self.got())
            self.assertEqual([], self.host.files("bert"))


del Retrieving
