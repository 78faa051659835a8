"""What the tests of a client program share: a running mailhost with TLS, and messages that can be told apart."""

import contextlib
import os
import shutil
import unittest

from support import place
from support.mailhost import MailHost


class ClientTest(unittest.TestCase):
    program = None
    settings = {}
    kind = MailHost

    @classmethod
    def setUpClass(cls):
        if cls.program and not shutil.which(cls.program):
            raise unittest.SkipTest(cls.program + " is not installed")
        with contextlib.ExitStack() as stack:
            cls.folder = stack.enter_context(place.folder())
            cls.cert, cls.key = place.certificate(cls.folder)
            cls.host = cls.kind(cls.folder, cls.cert, cls.key, **cls.settings)
            stack.enter_context(cls.host)
            cls.addClassCleanup(stack.pop_all().close)

    def message(self, body=None, extra=b""):
        """A new message with bare line feeds, and the token in its subject."""
        token = b"token-" + os.urandom(8).hex().encode()
        body = body or b"Grass is green.\n.\n..two dots\n\n" + b"0123456789" * 80 + b"\nlast line\n"
        head = (b"From: <sender@example.net>\nTo: <anna@example.org>\nDate: Thu, 01 Jan 2026 00:00:00 +0000\n"
                b"Message-ID: <" + token + b"@example.net>\nSubject: " + token + b"\n")
        return token, head + extra + b"\n" + body

    def keep(self, content):
        path = self.folder / ("m-" + os.urandom(6).hex() + ".eml")
        path.write_bytes(content)
        return path

    def ran(self, *command, **more):
        """Runs a program that has to succeed."""
        result = place.run(*command, **more)
        self.assertEqual(0, result.returncode, str(command[0]) + " said:\n" + str(result.stdout)[-3000:])
        return result.stdout

    def arrives(self, token, message, user="anna"):
        """The message comes into the mailbox once and as it was sent."""
        got = self.host.wait_for(user, token)
        self.assertIsNotNone(got, "not in the mailbox of " + user + "; mailhost said:\n" + self.host.said())
        self.assertEqual(place.crlf(message), place.without_trace(got))
        self.assertEqual(1, sum(token in m for m in self.host.peek(user)))
        return got

    def put(self, message, user="anna"):
        """Puts a message into a mailbox by SMTP; waits until it is there."""
        import smtplib
        with smtplib.SMTP("127.0.0.1", self.host.smtp, timeout=20) as smtp:
            smtp.sendmail("sender@example.net", [user + "@example.org"], place.crlf(message))
        token = message.split(b"Subject: ", 1)[1].split(b"\n", 1)[0]
        self.assertIsNotNone(self.host.wait_for(user, token), "not delivered:\n" + self.host.said())
        return token
