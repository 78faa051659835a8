import os
import shutil
import unittest

from client import ClientTest
from support import place
from support.peers import Postfix, SmtpSink


def send(port, message, *recipients, program="send"):
    """samples/c/send.c, or oldsend.c, which is a call of SRVInitSendMsgSMTP."""
    return place.run(place.SAMPLES / program, "127.0.0.1", port, "sender@example.org", ",".join(recipients), message)


class SendToSmtpSink(unittest.TestCase):
    def test_takes_what_our_sender_sends(self):
        if not shutil.which("smtp-sink"):
            self.skipTest("smtp-sink is not installed")
        with place.folder() as folder, SmtpSink(folder, dump=folder / "dump") as sink:
            for message in place.MESSAGES:
                for program in ("send", "oldsend"):
                    with self.subTest(f"{program} {message.name}"):
                        self.sends(program, sink, folder, message)

    def sends(self, program, sink, folder, message):
        result = send(sink.port, message, "anna@example.net", program=program)
        self.assertEqual(0, result.returncode, result.stdout)
        dumps = list((folder / "dump").iterdir())
        self.assertEqual(1, len(dumps))
        text = dumps[0].read_bytes()
        dumps[0].unlink()
        # smtp-sink puts X- lines and a Received of its own before the message, and ends lines with LF
        self.assertTrue(text.rstrip(b"\n").endswith(message.read_bytes().replace(b"\r\n", b"\n").rstrip(b"\n")), text[:2000])


@unittest.skipUnless(place.is_root(), "Postfix's master needs root")
class SendToPostfix(ClientTest):
    program = "postfix"

    def test_delivers_what_our_sender_sends(self):
        with Postfix(self.folder / "postfix") as postfix:
            for path in place.MESSAGES:
                with self.subTest(path.name):
                    postfix.clear()
                    result = send(postfix.port, path, "anna@example.net", "bert@example.net")
                    self.assertEqual(0, result.returncode, result.stdout)
                    place.wait_until(lambda: len(postfix.delivered()) >= 2)
                    got = [place.without_trace(place.crlf(p.read_bytes())) for p in postfix.delivered()]
                    self.assertEqual([place.crlf(path.read_bytes())] * 2, got)

    def test_refuses_a_recipient_and_our_sender_says_so(self):
        token, message = self.message()
        with Postfix(self.folder / "postfix") as postfix:
            result = send(postfix.port, self.keep(message), "anna@example.net", "anna@example.com")
            self.assertNotEqual(0, result.returncode, result.stdout)
            self.assertIn("anna@example.net: taken", result.stdout)
            self.assertIn("anna@example.com: refused with 554", result.stdout)

    def test_our_sender_and_our_server_understand_each_other(self):
        for path in place.MESSAGES:
            with self.subTest(path.name):
                self.host.empty("anna")
                result = send(self.host.smtp, path, "anna@example.org", "bert@example.org")
                self.assertEqual(0, result.returncode, result.stdout)
                place.wait_until(lambda: self.host.files("anna"))
                self.assertEqual([place.crlf(path.read_bytes())], [place.without_trace(m) for m in self.host.read("anna")])

    def test_nobody_listens_and_our_sender_says_so(self):
        result = send(place.free_port(), self.keep(self.message()[1]), "anna@example.net")
        self.assertNotEqual(0, result.returncode, result.stdout)
        self.assertGreater(len(result.stdout), 0)
