"""A small mail world on loopback for tests of delivery: nsd with a zone, mailhost that asks it, and servers on addresses of their own,
all on one port, which is mailhost's smtp_mx_port; with inner_mx=allow, without which no mail goes to loopback."""

import contextlib
import os
import smtplib
import unittest

from support import place
from support.dns import Nsd
from support.mailhost import MailHost
from support.report import Report
from support.rogue import Rogue

SENDER = "anna@example.org"


class DeliveryTest(unittest.TestCase):
    """A class gives its zone and what settings differ; `cls.before()` may start servers that live as long as the class."""

    zone = []
    settings = {}

    @classmethod
    def setUpClass(cls):
        with contextlib.ExitStack() as stack:
            cls.stack = stack
            cls.folder = stack.enter_context(place.folder())
            cls.port = place.free_port()
            cls.nsd = stack.enter_context(Nsd(cls.folder / "nsd", cls.zone))
            cls.home = place.free_port()  # mailhost's SMTP port, for servers that have to know it first
            cls.before()
            cls.host = stack.enter_context(cls.mailhost(smtp_port=cls.home, **cls.settings))
            cls.addClassCleanup(stack.pop_all().close)

    @classmethod
    def before(cls):
        pass

    @classmethod
    def mailhost(cls, name="mailhost", **settings):
        folder = cls.folder / name
        folder.mkdir(exist_ok=True)
        known = {"smtp_dns": cls.nsd.setting, "smtp_mx_port": cls.port, "inner_mx": "allow", "queue_retry": 1, "queue_lifetime": 60}
        host = MailHost(folder, **{**known, **settings})
        host.smtp = settings.get("smtp_port", host.smtp)
        return host

    def rogue(self, address, **stages):
        """A server of the test's own at an address; one that is there already goes."""
        if not hasattr(self, "rogues"):
            self.rogues = {}
        if address in self.rogues:
            self.rogues[address].stop()
        server = self.rogues[address] = Rogue(address, self.port, **stages).start()
        self.addCleanup(server.stop)
        return server

    def another(self, **settings):
        """A mailhost of the test's own, with other settings."""
        host = self.mailhost("host-" + os.urandom(4).hex(), **settings)
        host.start()
        self.addCleanup(host.kill)
        return host

    @staticmethod
    def letter(body=b"Grass is green.\r\n.\r\n..two dots\r\nlast line\r\n"):
        token = b"token-" + os.urandom(8).hex().encode()
        return token, (b"From: <anna@example.org>\r\nTo: <somebody@elsewhere.test>\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                       b"Message-ID: <" + token + b"@example.org>\r\nSubject: " + token + b"\r\n\r\n" + body)

    def send(self, *recipients, host=None, sender=SENDER, message=None, mail_options=(), rcpt_options=()):
        """Gives a message to mailhost's queue; its token."""
        token, text = message or self.letter()
        with smtplib.SMTP("127.0.0.1", (host or self.host).smtp, timeout=place.PATIENCE) as smtp:
            refused = smtp.sendmail(sender, recipients, text, mail_options, rcpt_options)
        self.assertEqual({}, refused)
        return token

    def arrives(self, server, token, seconds=place.PATIENCE):
        """The message at a server of ours, once it is there."""
        found = place.wait_until(lambda: [m for m in server.messages if token in m.text], seconds)
        self.assertTrue(found, f"did not arrive at {server.name}; it heard {server.verbs()[-30:]}; mailhost said:\n{self.logged()}")
        return found[0]

    def delivered(self, server, token, count=1, seconds=place.PATIENCE):
        """The copies of a message in the Maildirs of a real server, once there are so many."""
        place.wait_until(lambda: sum(token in t for t in server.texts()) >= count, seconds)
        found = [t for t in server.texts() if token in t]
        self.assertEqual(count, len(found), f"mailhost said:\n{self.logged()}")
        return found

    def report(self, token, host=None, user="anna", seconds=2 * place.PATIENCE):
        """The report about a message in the sender's mailbox, which may come with the end of its life; it must be well formed."""
        host = host or self.host
        octets = place.wait_until(lambda: next((m for m in host.peek(user) if token in m and b"delivery-status" in m), None), seconds)
        self.assertIsNotNone(octets, f"no report about {token}; mailhost said:\n{self.logged(host)}")
        report = Report(octets)
        self.assertEqual([], report.faults(), octets.decode("latin-1"))
        return report

    def reports(self, token, host=None, user="anna"):
        return [m for m in (host or self.host).peek(user) if token in m and b"delivery-status" in m]

    def logged(self, host=None):
        host = host or self.host
        log = host.folder / "module.log"
        return host.said()[-1500:] + "\n" + (log.read_text(errors="replace")[-6000:] if log.exists() else "")
