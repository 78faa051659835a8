"""What tests of our client share: the Python package over the library that was built, an engine, and clients of it."""

import contextlib
import os
import sys
import unittest

from support import place
from support.authority import Authority

os.environ.setdefault("MAILMODULE_LIBRARY", str(place.LIBRARY))
sys.path.insert(0, str(place.ROOT / "bindings" / "python" / "src"))

import mailmodule  # noqa: E402
from mailmodule import ErrorCode, Layer, Stage  # noqa: E402,F401

USER, PASSWORD = "relay", "sesame, open 100%"


class TestOfClient(unittest.TestCase):
    """A class may start servers that live as long as it does in `cls.before()`; `cls.authority` is trusted."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.stack = stack
            cls.folder = stack.enter_context(place.folder())
            cls.authority = Authority(cls.folder / "ca")
            cls.engine = mailmodule.Engine({"mail_root": cls.folder / "mail", "smtp_name": "client.example", "tls_cafile": cls.authority.cert, **cls.settings})
            stack.callback(cls.engine.close, 0)
            cls.before()
            cls.addClassCleanup(stack.pop_all().close)

    @classmethod
    def before(cls):
        pass

    def client(self, **options):
        """What it says and hears is in `self.trace`."""
        self.trace = []
        client = mailmodule.SmtpClient(self.engine, on_trace=lambda way, line: self.trace.append((way, line)),
                                       **{**dict.fromkeys(("connect_timeout", "receive_timeout", "send_timeout"), place.PATIENCE), **options})
        self.addCleanup(client.close)
        return client

    @staticmethod
    def wait_for_replies(client, seconds=place.PATIENCE):
        """How long it waits for a reply from now on: short for one that never comes, and not for those before it."""
        client.set_timeouts(place.PATIENCE, place.PATIENCE, seconds)

    def connected(self, port, address="127.0.0.1", **options):
        client = self.client(**options)
        self.answers(220, client.connect(address, port))
        return client

    def open(self, port, address="127.0.0.1", **options):
        """Connected, and EHLO was said."""
        client = self.connected(port, address, **options)
        self.answers(250, client.ehlo())
        return client

    def protected(self, port, address="127.0.0.1", name=None, **options):
        """As open, with STARTTLS."""
        client = self.open(port, address, **options)
        self.answers(220, client.starttls())
        client.start_tls(name)
        self.assertIn("TLSv1.", client.tls)
        self.answers(250, client.ehlo())
        return client

    def answers(self, code, reply):
        self.assertEqual(code, reply.code, f"{reply}; the dialogue was {self.trace}")
        return reply

    def fails(self, code, function, *arguments, **more):
        """The failure, which must be of that kind."""
        with self.assertRaises(mailmodule.MailModuleError) as raised:
            function(*arguments, **more)
        self.assertEqual(code, raised.exception.code, f"{raised.exception}; the dialogue was {self.trace}")
        return raised.exception

    @staticmethod
    def letter(body=b"Grass is green.\r\n.\r\n..two dots\r\nlast line\r\n"):
        token = b"token-" + os.urandom(8).hex().encode()
        return token, (b"From: <anna@example.org>\r\nTo: <somebody@elsewhere.test>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                       b"Message-ID: <" + token + b"@example.org>\r\nSubject: " + token + b"\r\n\r\n" + body)

    def delivered(self, server, token, count=1, seconds=place.PATIENCE):
        """The copies of a message in a server's Maildirs, once there are so many."""
        place.wait_until(lambda: sum(token in text for text in server.texts()) >= count, seconds)
        found = [text for text in server.texts() if token in text]
        self.assertEqual(count, len(found))
        return found

    def arrives(self, server, message, count=1):
        """It is in the server's Maildirs as it was sent, behind what the server put before it."""
        token = message.split(b"Subject: ", 1)[1].split(b"\r\n", 1)[0]
        found = self.delivered(server, token, count)
        for text in found:
            self.assertTrue(text.endswith(message), text)
        return found
