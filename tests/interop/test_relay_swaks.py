"""swaks sends through us to another host: from smtp_range, or with a login; from nowhere else."""

import shutil
import unittest

from support import place
from support.authority import Authority
from world import DeliveryTest


class Relaying(DeliveryTest):
    zone = ["far MX 10 mx.far", "mx.far A 127.0.0.10"]
    settings = {"smtp_range": "127.0.0.60-127.0.0.70", "smtp_bind": "127.0.0.1"}

    @classmethod
    def before(cls):
        if not shutil.which("swaks"):
            raise unittest.SkipTest("swaks is not installed")
        cls.certificate = Authority(cls.folder / "ca").issue("example.org")
        cls.settings = {**cls.settings, "cert": cls.certificate[0], "key": cls.certificate[1]}

    def swaks(self, *more, port=None, client="127.0.0.1"):
        token, text = self.letter()
        path = self.folder / (token.decode() + ".eml")
        path.write_bytes(text)
        result = place.run("swaks", "--server", "127.0.0.1", "--port", port or self.host.smtp, "--local-interface", client, "--helo", "client.example.net", "--from",
                           "anna@example.org", "--to", "somebody@far.test", "--data", f"@{path}", *more)
        return token, result

    def goes(self, *more, **place_of):
        server = self.rogue("127.0.0.10")
        token, result = self.swaks(*more, **place_of)
        self.assertEqual(0, result.returncode, result.stdout)
        message = self.arrives(server, token)
        self.assertEqual(["somebody@far.test"], message.to)
        self.assertTrue(message.text.startswith(b"Received: from client.example.net"), message.text[:200])
        self.assertNotIn(b"Return-Path", message.text)
        server.stop()

    def stays(self, code, *more, **place_of):
        server = self.rogue("127.0.0.10")
        _, result = self.swaks(*more, **place_of)
        self.assertNotEqual(0, result.returncode, result.stdout)
        self.assertRegex(result.stdout, r"<[~*-]*\*+ " + code)
        self.assertEqual([], server.peers)

    def test_from_the_range(self):
        self.goes(client="127.0.0.65")

    def test_from_beside_the_range(self):
        self.stays("550 5.7.1", client="127.0.0.71")

    def test_with_a_login(self):
        for mechanism in ("PLAIN", "LOGIN"):
            with self.subTest(mechanism):
                self.goes("--tls", "--auth", mechanism, "--auth-user", "anna", "--auth-password", "secret")

    def test_with_a_login_on_the_submission_port(self):
        self.goes("--tls", "--auth", "PLAIN", "--auth-user", "bert", "--auth-password", "hidden", port=self.host.submission)

    def test_with_a_wrong_password(self):
        self.stays("535", "--tls", "--auth", "PLAIN", "--auth-user", "anna", "--auth-password", "wrong")

    def test_with_a_sender_of_ours_and_no_login(self):
        self.stays("550 5.7.1", "--from", "bert@example.org")
